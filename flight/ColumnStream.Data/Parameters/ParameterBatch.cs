#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Parameters;

/// <summary>Makes the batch in which values of parameters travel.</summary>
internal static class ParameterBatch
{
    /// <summary>Makes a batch with a column for each parameter and a row for each set of values; the caller releases it.</summary>
    /// <exception cref="InvalidCastException">A value does not fit its column's type.</exception>
    public static RecordBatch Of(
        IReadOnlyList<ColumnStreamParameter> parameters, IReadOnlyList<IReadOnlyList<object?>> rows, BufferAllocator allocator)
    {
        var fields = new Field[parameters.Count];
        var columns = new ArrayData[parameters.Count];
        int done = 0;
        try
        {
            for (; done < columns.Length; done++)
            {
                var values = new object?[rows.Count];
                for (int row = 0; row < values.Length; row++)
                {
                    values[row] = rows[row][done];
                }

                DataType type = ParameterTypes.Of(parameters[done], values);
                fields[done] = new Field("$" + (done + 1).ToString(CultureInfo.InvariantCulture), type);
                columns[done] = Column(parameters[done], type, values, allocator);
            }

            return new RecordBatch(new Schema(fields), columns, rows.Count);
        }
        catch
        {
            for (int i = 0; i < done; i++)
            {
                columns[i].Release();
            }

            throw;
        }
    }

    private static ArrayData Column(ColumnStreamParameter parameter, DataType type, object?[] values, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, allocator, values.Length);
        foreach (object? value in values)
        {
            if (value is null or DBNull)
            {
                builder.AppendNull();
                continue;
            }

            try
            {
                Append(builder, type, value);
            }
            catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
            {
                throw new InvalidCastException(
                    $"Parameter '{parameter.ParameterName}' has a value that does not fit {type}: {value} "
                    + $"({value.GetType().Name}).", e);
            }
        }

        return builder.Finish();
    }

    private static void Append(ColumnBuilder builder, DataType type, object value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (type.Id)
        {
            case TypeId.Bool:
                ((BooleanBuilder)builder).Append(Convert.ToBoolean(value, culture));
                break;
            case TypeId.Int8:
                ((FixedWidthBuilder)builder).Append(Convert.ToSByte(value, culture));
                break;
            case TypeId.Int16:
                ((FixedWidthBuilder)builder).Append(Convert.ToInt16(value, culture));
                break;
            case TypeId.Int32:
                ((FixedWidthBuilder)builder).Append(Convert.ToInt32(value, culture));
                break;
            case TypeId.Int64:
                ((FixedWidthBuilder)builder).Append(Convert.ToInt64(value, culture));
                break;
            case TypeId.Float32:
                ((FixedWidthBuilder)builder).Append(Convert.ToSingle(value, culture));
                break;
            case TypeId.Float64:
                ((FixedWidthBuilder)builder).Append(Convert.ToDouble(value, culture));
                break;
            case TypeId.Decimal128:
                ((FixedWidthBuilder)builder).Append(Unscaled(value, type));
                break;
            case TypeId.Utf8:
                ((BinaryBuilder)builder).Append(Encoding.UTF8.GetBytes(Convert.ToString(value, culture)!));
                break;
            case TypeId.Binary:
                ((BinaryBuilder)builder).Append(Bytes(value).Span);
                break;
            case TypeId.Date32:
                ((FixedWidthBuilder)builder).Append(Day(value));
                break;
            case TypeId.Time64:
                ((FixedWidthBuilder)builder).Append(TimeTicks(value) * 100);
                break;
            case TypeId.Timestamp when type.Unit == TimeUnit.Microsecond:
                ((FixedWidthBuilder)builder).Append(Microseconds(value, type.Timezone is not null));
                break;
            default:
                throw new InvalidCastException($"Parameters cannot be of the type {type}.");
        }
    }

    private static Int128 Unscaled(object value, DataType type)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        int fraction = dot < 0 ? 0 : text.Length - dot - 1;
        BigInteger digits = BigInteger.Parse(
            text.Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        BigInteger unscaled = fraction <= type.Scale
            ? digits * BigInteger.Pow(10, type.Scale - fraction)
            : throw new OverflowException("Value has more fraction digits than its type.");
        return BigInteger.Abs(unscaled) < BigInteger.Pow(10, type.Precision)
            ? (Int128)unscaled
            : throw new OverflowException("Value has more digits than its type.");
    }

    private static ReadOnlyMemory<byte> Bytes(object value) => value switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> memory => memory,
        Memory<byte> memory => memory,
        Guid guid => guid.ToByteArray(bigEndian: true),
        _ => throw new InvalidCastException("Value is no bytes."),
    };

    private static int Day(object value) => value switch
    {
        DateOnly date => date.DayNumber - 719_162,
        DateTime time => DateOnly.FromDateTime(time).DayNumber - 719_162,
        _ => throw new InvalidCastException("Value is no date."),
    };

    private static long TimeTicks(object value) => value switch
    {
        TimeOnly time => time.Ticks,
        TimeSpan span when span.Ticks is >= 0 and < TimeSpan.TicksPerDay => span.Ticks,
        DateTime time => time.TimeOfDay.Ticks,
        _ => throw new InvalidCastException("Value is no time of day."),
    };

    private static long Microseconds(object value, bool isUtc) => value switch
    {
        DateTimeOffset offset when isUtc => (offset.UtcTicks - DateTime.UnixEpoch.Ticks) / 10,
        DateTime time when isUtc && time.Kind == DateTimeKind.Local =>
            (time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks) / 10,
        DateTime time => (time.Ticks - DateTime.UnixEpoch.Ticks) / 10,
        DateOnly date => (date.ToDateTime(TimeOnly.MinValue).Ticks - DateTime.UnixEpoch.Ticks) / 10,
        _ => throw new InvalidCastException("Value is no point in time."),
    };
}
