using System;
using System.Globalization;
using System.Numerics;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Printing;

/// <summary>Writes values and batches as text for people and tests; not a fast path.</summary>
public static unsafe class RecordBatchPrinter
{
    private const long DaySeconds = 86_400;

    /// <summary>Writes a batch as one header line and one line a row, values separated by <c> | </c>.</summary>
    public static string Print(RecordBatch batch)
    {
        var text = new StringBuilder();
        for (int i = 0; i < batch.Schema.Fields.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : " | ").Append(batch.Schema.Fields[i].Name);
        }

        for (int row = 0; row < batch.Length; row++)
        {
            AppendRow(text.Append('\n'), batch, row);
        }

        return text.ToString();
    }

    /// <summary>Appends one row, values separated by <c> | </c>.</summary>
    /// <param name="text">Where to append.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="row">The row.</param>
    /// <param name="mostLength">Length of the text at which lists and maps end with an ellipsis.</param>
    public static void AppendRow(StringBuilder text, RecordBatch batch, int row, int mostLength = int.MaxValue)
    {
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            AppendValue(text.Append(i == 0 ? string.Empty : " | "), batch.Columns[i], row, mostLength);
        }
    }

    /// <summary>
    /// Appends one value: NULL, numbers, text as it is, bytes as x'0AFF', [lists], {field: records}, {key=maps}, ISO dates.
    /// </summary>
    /// <param name="text">Where to append.</param>
    /// <param name="array">The column.</param>
    /// <param name="row">The row.</param>
    /// <param name="mostLength">Length of the text at which lists and maps end with an ellipsis: lists may share items.</param>
    public static void AppendValue(StringBuilder text, ArrayData array, int row, int mostLength = int.MaxValue)
    {
        if (array.IsNull(row))
        {
            text.Append("NULL");
            return;
        }

        switch (array)
        {
            case BooleanArray a:
                text.Append(a.GetValue(row) ? "true" : "false");
                break;
            case ViewArray a:
                AppendBytes(text, a.GetBytes(row), a.Type.Id == TypeId.Utf8View);
                break;
            case BinaryArray a:
                AppendBytes(text, a.GetBytes(row), a.Type.Id == TypeId.Utf8);
                break;
            case LargeBinaryArray a:
                AppendBytes(text, a.GetBytes(row), a.Type.Id == TypeId.LargeUtf8);
                break;
            case DictionaryArray a:
                AppendValue(text, a.Dictionary, a.GetIndex(row), mostLength);
                break;
            case RunEndEncodedArray a:
                AppendValue(text, a.Values, a.GetRun(row), mostLength);
                break;
            case UnionArray a:
                AppendValue(text, a.Fields[a.GetChild(row)], a.GetChildRow(row), mostLength);
                break;
            case MapArray a:
                text.Append('{');
                for (int i = a.Offsets[row]; i < a.Offsets[row + 1]; i++)
                {
                    text.Append(i == a.Offsets[row] ? string.Empty : ", ");
                    if (IsFull(text, mostLength))
                    {
                        break;
                    }

                    AppendValue(text, a.Keys, i, mostLength);
                    AppendValue(text.Append('='), a.Values, i, mostLength);
                }

                text.Append('}');
                break;
            case StructArray a:
                text.Append('{');
                for (int i = 0; i < a.Fields.Length; i++)
                {
                    text.Append(i == 0 ? string.Empty : ", ").Append(a.Type.Children[i].Name).Append(": ");
                    AppendValue(text, a.Fields[i], row, mostLength);
                }

                text.Append('}');
                break;
            case FixedWidthArray a:
                AppendFixed(text, a, a.Pointer + ((long)row * a.ByteWidth));
                break;
            default:
                AppendList(text, array, row, mostLength);
                break;
        }
    }

    private static void AppendList(StringBuilder text, ArrayData array, int row, int mostLength)
    {
        if (!ListRows.TryFind(array, row, out ArrayData items, out int start, out int count))
        {
            throw new NotSupportedException($"Type cannot be printed: {array.Type}.");
        }

        text.Append('[');
        for (int i = start; i < start + count; i++)
        {
            text.Append(i == start ? string.Empty : ", ");
            if (IsFull(text, mostLength))
            {
                break;
            }

            AppendValue(text, items, i, mostLength);
        }

        text.Append(']');
    }

    private static bool IsFull(StringBuilder text, int mostLength)
    {
        if (text.Length < mostLength)
        {
            return false;
        }

        text.Append('…');
        return true;
    }

    private static void AppendFixed(StringBuilder text, FixedWidthArray array, byte* value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        DataType type = array.Type;
        _ = type.Id switch
        {
            TypeId.Int8 => text.Append(*(sbyte*)value),
            TypeId.Int16 => text.Append(*(short*)value),
            TypeId.Int32 => text.Append(*(int*)value),
            TypeId.Int64 => text.Append(*(long*)value),
            TypeId.UInt8 => text.Append(*value),
            TypeId.UInt16 => text.Append(*(ushort*)value),
            TypeId.UInt32 => text.Append(*(uint*)value),
            TypeId.UInt64 => text.Append(*(ulong*)value),
            TypeId.Float16 => text.Append((*(Half*)value).ToString("R", culture)),
            TypeId.Float32 => text.Append((*(float*)value).ToString("R", culture)),
            TypeId.Float64 => text.Append((*(double*)value).ToString("R", culture)),
            TypeId.Decimal32 => AppendScaled(text, *(int*)value, type.Scale),
            TypeId.Decimal64 => AppendScaled(text, *(long*)value, type.Scale),
            TypeId.Decimal128 => AppendScaled(text, *(Int128*)value, type.Scale),
            TypeId.Decimal256 => AppendScaled(text, new BigInteger(new ReadOnlySpan<byte>(value, 32)), type.Scale),
            TypeId.Date32 => AppendDate(text, *(int*)value),
            TypeId.Date64 => AppendDate(text, (long)Math.Floor(*(long*)value / 86_400_000.0)),
            TypeId.Time32 => AppendTime(text, *(int*)value, type.Unit),
            TypeId.Time64 => AppendTime(text, *(long*)value, type.Unit),
            TypeId.Timestamp => AppendTimestamp(text, *(long*)value, type),
            TypeId.IntervalYearMonth => text.Append(culture, $"{*(int*)value} months"),
            TypeId.IntervalDayTime => AppendScaled(text.Append(culture, $"{*(int*)value} days "), ((int*)value)[1], 3).Append('s'),
            TypeId.IntervalMonthDayNano => AppendScaled(
                text.Append(culture, $"{*(int*)value} months {((int*)value)[1]} days "), ((long*)value)[1], 9).Append('s'),
            TypeId.Duration => AppendScaled(text, *(long*)value, Digits(type.Unit)).Append('s'),
            _ => AppendBytes(text, new ReadOnlySpan<byte>(value, type.ByteWidth), isText: false),
        };
    }

    private static StringBuilder AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes, bool isText) => isText
        ? text.Append(Encoding.UTF8.GetString(bytes))
        : text.Append("x'").Append(Convert.ToHexString(bytes)).Append('\'');

    private static StringBuilder AppendScaled(StringBuilder text, BigInteger value, int scale)
    {
        if (scale <= 0)
        {
            return text.Append(value.ToString(CultureInfo.InvariantCulture)).Append('0', value.IsZero ? 0 : -scale);
        }

        string plain = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return text.Append(value.Sign < 0 ? "-" : string.Empty).Append(plain.AsSpan(0, plain.Length - scale))
            .Append('.').Append(plain.AsSpan(plain.Length - scale));
    }

    private static StringBuilder AppendTimestamp(StringBuilder text, long value, DataType type)
    {
        long perDay = DaySeconds * PerSecond(type.Unit);
        long day = Math.DivRem(value, perDay, out long rest);
        if (rest < 0)
        {
            day--;
            rest += perDay;
        }

        AppendTime(AppendDate(text, day).Append(' '), rest, type.Unit);
        return text.Append(type.Timezone is null ? string.Empty : type.Timezone == "UTC" ? "Z" : " " + type.Timezone);
    }

    private static StringBuilder AppendTime(StringBuilder text, long value, TimeUnit unit)
    {
        long seconds = Math.DivRem(value, PerSecond(unit), out long fraction);
        text.Append(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        string digits = Math.Abs(fraction).ToString(CultureInfo.InvariantCulture);
        return unit == TimeUnit.Second ? text : text.Append('.').Append(digits.PadLeft(Digits(unit), '0'));
    }

    /// <summary>Turns days since 1970 into a proleptic Gregorian date by eras of 400 years.</summary>
    private static StringBuilder AppendDate(StringBuilder text, long days)
    {
        long shifted = days + 719_468;
        long era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        long dayOfEra = shifted - (era * 146_097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        long day = dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1;
        long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        return text.Append(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}");
    }

    private static int Digits(TimeUnit unit) => (int)unit * 3;

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };
}
