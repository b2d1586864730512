#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Globalization;
using System.Numerics;
using System.Text;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Parameters;

/// <summary>Writes values of .NET into Arrow columns: of parameters, and of rows that are loaded.</summary>
internal static class ValueWriter
{
    /// <summary>Appends a value that is not null to a column of its type, and gives the bytes that it has beside its place.</summary>
    /// <exception cref="InvalidCastException">The value is of another kind, or the type is none of rows.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    /// <exception cref="FormatException">The value is a text that is no such value.</exception>
    public static long Append(ColumnBuilder builder, object value)
    {
        switch (builder)
        {
            case FixedWidthBuilder values:
                AppendFixed(values, value);
                return 0;
            case BooleanBuilder flags:
                flags.Append(Convert.ToBoolean(value, CultureInfo.InvariantCulture));
                return 0;
            case BinaryBuilder or LargeBinaryBuilder or ViewBuilder:
                return AppendBytes(builder, value);
            default:
                return NestedWriter.Append(builder, value);
        }
    }

    /// <summary>Appends a value, or null where it is none.</summary>
    public static long AppendNullable(ColumnBuilder builder, object? value)
    {
        if (value is not (null or DBNull))
        {
            return Append(builder, value);
        }

        builder.AppendNull();
        return 0;
    }

    private static void AppendFixed(FixedWidthBuilder builder, object value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        DataType type = builder.Type;
        switch (type.Id)
        {
            case TypeId.Int8:
                builder.Append(Convert.ToSByte(value, culture));
                break;
            case TypeId.UInt8:
                builder.Append(Convert.ToByte(value, culture));
                break;
            case TypeId.Int16:
                builder.Append(Convert.ToInt16(value, culture));
                break;
            case TypeId.UInt16:
                builder.Append(Convert.ToUInt16(value, culture));
                break;
            case TypeId.Int32:
                builder.Append(Convert.ToInt32(value, culture));
                break;
            case TypeId.UInt32:
                builder.Append(Convert.ToUInt32(value, culture));
                break;
            case TypeId.Int64:
                builder.Append(Convert.ToInt64(value, culture));
                break;
            case TypeId.UInt64:
                builder.Append(Convert.ToUInt64(value, culture));
                break;
            case TypeId.Float32:
                builder.Append(Convert.ToSingle(value, culture));
                break;
            case TypeId.Float64:
                builder.Append(Convert.ToDouble(value, culture));
                break;
            case TypeId.Decimal128:
                builder.Append(Unscaled(value, type));
                break;
            case TypeId.Date32:
                builder.Append(Day(value));
                break;
            case TypeId.Time32:
                builder.Append((int)(TimeTicks(value) / (TimeSpan.TicksPerSecond / PerSecond(type.Unit))));
                break;
            case TypeId.Time64:
                builder.Append(Count(TimeTicks(value), type.Unit));
                break;
            case TypeId.Timestamp:
                builder.Append(Count(Ticks(value, type.Timezone is not null), type.Unit));
                break;
            default:
                throw NestedWriter.NoRows(type);
        }
    }

    private static long AppendBytes(ColumnBuilder builder, object value)
    {
        ReadOnlySpan<byte> bytes = builder.Type.Id is TypeId.Utf8 or TypeId.LargeUtf8 or TypeId.Utf8View
            ? Encoding.UTF8.GetBytes(TextOf(value, CultureInfo.InvariantCulture))
            : Bytes(value).Span;
        switch (builder)
        {
            case BinaryBuilder narrow:
                narrow.Append(bytes);
                break;
            case LargeBinaryBuilder wide:
                wide.Append(bytes);
                break;
            default:
                ((ViewBuilder)builder).Append(bytes);
                break;
        }

        return bytes.Length;
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

    /// <summary>Gives the ticks of 100 ns since 1970.</summary>
    private static long Ticks(object value, bool isUtc) => value switch
    {
        DateTimeOffset offset when isUtc => offset.UtcTicks - DateTime.UnixEpoch.Ticks,
        DateTime time when isUtc && time.Kind == DateTimeKind.Local => time.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks,
        DateTime time => time.Ticks - DateTime.UnixEpoch.Ticks,
        DateOnly date => date.ToDateTime(TimeOnly.MinValue).Ticks - DateTime.UnixEpoch.Ticks,
        _ => throw new InvalidCastException("Value is no point in time."),
    };

    /// <summary>Turns ticks into a unit; what is below it is cut off, towards the past.</summary>
    private static long Count(long ticks, TimeUnit unit)
    {
        if (unit == TimeUnit.Nanosecond)
        {
            return checked(ticks * 100);
        }

        long size = TimeSpan.TicksPerSecond / PerSecond(unit);
        long count = Math.DivRem(ticks, size, out long rest);
        return rest < 0 ? count - 1 : count;
    }

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1000,
        _ => 1_000_000,
    };

    private static string TextOf(object value, CultureInfo culture) => value switch
    {
        string text => text,
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", culture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", culture),
        DateOnly date => date.ToString("yyyy-MM-dd", culture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", culture),
        byte[] => throw new InvalidCastException("Value is bytes, and no text."),
        _ => Convert.ToString(value, culture)!,
    };
}
