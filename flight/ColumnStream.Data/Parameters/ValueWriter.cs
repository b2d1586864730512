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
    /// <summary>Appends a value that is not null to a column of <paramref name="type"/>.</summary>
    /// <exception cref="InvalidCastException">The value is of another kind, or the type is none of rows.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    /// <exception cref="FormatException">The value is a text that is no such value.</exception>
    public static void Append(ColumnBuilder builder, DataType type, object value)
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
                ((BinaryBuilder)builder).Append(Encoding.UTF8.GetBytes(TextOf(value, culture)));
                break;
            case TypeId.Binary:
                ((BinaryBuilder)builder).Append(Bytes(value).Span);
                break;
            case TypeId.Date32:
                ((FixedWidthBuilder)builder).Append(Day(value));
                break;
            case TypeId.Time32:
                ((FixedWidthBuilder)builder).Append((int)(TimeTicks(value) / (TimeSpan.TicksPerSecond / PerSecond(type.Unit))));
                break;
            case TypeId.Time64:
                ((FixedWidthBuilder)builder).Append(Count(TimeTicks(value), type.Unit));
                break;
            case TypeId.Timestamp:
                ((FixedWidthBuilder)builder).Append(Count(Ticks(value, type.Timezone is not null), type.Unit));
                break;
            default:
                throw new InvalidCastException($"Values of rows cannot be of the type {type}: send them as Arrow batches.");
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
