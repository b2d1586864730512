using System;
using System.Buffers.Text;
using System.Text.Unicode;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Reads a whole text as a column's value: the exact path behind the fast ones, and the only one for odd forms.</summary>
internal static unsafe class TextValue
{
    /// <summary>Stores <paramref name="text"/> in the slot; nothing is stored when it is refused.</summary>
    public static DecodeErrorCode Store(ColumnSet columns, DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                return Utf8.IsValid(text) ? StoreText(columns, column, slot, text) : DecodeErrorCode.BadUtf8;
            case ColumnKind.Bytes:
                return StoreBase64(columns, column, slot, text);
            case ColumnKind.Boolean:
                return StoreBoolean(column, slot, Trim(text));
            case ColumnKind.Int8 or ColumnKind.Int16 or ColumnKind.Int32 or ColumnKind.Int64:
                return StoreInteger(column, slot, Trim(text));
            case ColumnKind.Float32 or ColumnKind.Float64:
                return StoreFloat(column, slot, Trim(text));
            case ColumnKind.Decimal64 or ColumnKind.Decimal128:
                return StoreDecimal(column, slot, Trim(text));
            case ColumnKind.Date:
                return DateText.TryParse(text, out ((int*)column.Data)[slot]) ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
            case ColumnKind.Time:
                return TimeText.TryParse(text, out ((int*)column.Data)[slot]) ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
            case ColumnKind.Timestamp:
                return TimestampText.TryParse(text, column.Arrow.Unit, out ((long*)column.Data)[slot])
                    ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
            case ColumnKind.TimestampLtz:
                return StoreInstant(column, slot, text);
            default:
                return DecodeErrorCode.BadValue;
        }
    }

    /// <summary>Stores a copy of valid text.</summary>
    public static DecodeErrorCode StoreText(ColumnSet columns, DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        byte* room = columns.Reserve(Math.Max(text.Length, StringView.InlineLength));
        text.CopyTo(new Span<byte>(room, text.Length));
        ((StringView*)column.Data)[slot] = columns.Commit(column, text.Length);
        return DecodeErrorCode.None;
    }

    /// <summary>Stores an integer if the column's type holds it.</summary>
    public static bool StoreInteger(DecodeColumn column, int slot, long value)
    {
        switch (column.Kind)
        {
            case ColumnKind.Int8:
                ((sbyte*)column.Data)[slot] = (sbyte)value;
                return value == (sbyte)value;
            case ColumnKind.Int16:
                ((short*)column.Data)[slot] = (short)value;
                return value == (short)value;
            case ColumnKind.Int32:
                ((int*)column.Data)[slot] = (int)value;
                return value == (int)value;
            default:
                ((long*)column.Data)[slot] = value;
                return true;
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    private static DecodeErrorCode StoreInteger(DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        if (NumberText.TryParse(text, out long value))
        {
            return StoreInteger(column, slot, value) ? DecodeErrorCode.None : DecodeErrorCode.OutOfRange;
        }

        ReadOnlySpan<byte> digits = text.TrimStart("+-"u8);
        return digits.Length >= 18 && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            ? DecodeErrorCode.OutOfRange : DecodeErrorCode.BadValue;
    }

    private static DecodeErrorCode StoreFloat(DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !NumberText.TryParse(text, out double value))
        {
            return DecodeErrorCode.BadValue;
        }

        if (double.IsInfinity(value) && text.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0)
        {
            return DecodeErrorCode.OutOfRange;
        }

        if (column.Kind == ColumnKind.Float64)
        {
            ((double*)column.Data)[slot] = value;
            return DecodeErrorCode.None;
        }

        if (!NumberText.TryParse(text, out float single))
        {
            return DecodeErrorCode.BadValue;
        }

        ((float*)column.Data)[slot] = single;
        return float.IsInfinity(single) && !double.IsInfinity(value) ? DecodeErrorCode.OutOfRange : DecodeErrorCode.None;
    }

    private static DecodeErrorCode StoreDecimal(DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        DataType type = column.Arrow;
        if (!DecimalText.TryParse(text, type.Precision, type.Scale, out Int128 value, out bool overflow))
        {
            return DecodeErrorCode.BadValue;
        }

        if (overflow)
        {
            return DecodeErrorCode.OutOfRange;
        }

        if (column.Kind == ColumnKind.Decimal64)
        {
            ((long*)column.Data)[slot] = (long)value;
        }
        else
        {
            ((Int128*)column.Data)[slot] = value;
        }

        return DecodeErrorCode.None;
    }

    private static DecodeErrorCode StoreBoolean(DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        bool isTrue = System.Text.Ascii.EqualsIgnoreCase(text, "true"u8);
        column.Data[slot] = isTrue ? (byte)1 : (byte)0;
        return isTrue || System.Text.Ascii.EqualsIgnoreCase(text, "false"u8) ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
    }

    /// <summary>Stores an instant; a zone must be there, for nothing here knows the session's.</summary>
    private static DecodeErrorCode StoreInstant(DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> zone = text.Length > 10 ? text[10..] : default;
        return zone.IndexOfAny("Zz+-"u8) >= 0
            && TimestampText.TryParseInstant(text, column.Arrow.Unit, out ((long*)column.Data)[slot])
            ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
    }

    private static DecodeErrorCode StoreBase64(ColumnSet columns, DecodeColumn column, int slot, ReadOnlySpan<byte> text)
    {
        byte* room = columns.Reserve(Math.Max(Base64.GetMaxDecodedFromUtf8Length(text.Length), StringView.InlineLength));
        var target = new Span<byte>(room, Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text, target, out _, out int written) != System.Buffers.OperationStatus.Done)
        {
            return DecodeErrorCode.BadValue;
        }

        ((StringView*)column.Data)[slot] = columns.Commit(column, written);
        return DecodeErrorCode.None;
    }

}
