using System;
using System.Text;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Connectors.Script;

/// <summary>Appends values written as text; a time of day in a timestamp column means 1970-01-01.</summary>
internal static class ScriptValue
{
    /// <summary>Appends a value; false when the text does not fit the type.</summary>
    public static bool TryAppend(ColumnBuilder builder, SqlType type, string? text)
    {
        if (text is null)
        {
            builder.AppendNull();
            return true;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        switch (builder)
        {
            case ViewBuilder views:
                views.Append(type.IsText ? utf8 : Convert.FromHexString(text));
                return true;
            case BooleanBuilder bits:
                bool isBool = bool.TryParse(text, out bool bit);
                bits.Append(bit);
                return isBool;
            case FixedWidthBuilder values:
                return TryAppendFixed(values, type, utf8);
            default:
                return false;
        }
    }

    private static bool TryAppendFixed(FixedWidthBuilder builder, SqlType type, ReadOnlySpan<byte> utf8)
    {
        switch (type.Id)
        {
            case SqlTypeId.TinyInt or SqlTypeId.SmallInt or SqlTypeId.Integer or SqlTypeId.BigInt:
                return NumberText.TryParse(utf8, out long whole) && TryAppendInteger(builder, type.Id, whole);
            case SqlTypeId.Float:
                bool isFloat = NumberText.TryParse(utf8, out float single);
                builder.Append(single);
                return isFloat;
            case SqlTypeId.Double:
                bool isDouble = NumberText.TryParse(utf8, out double real);
                builder.Append(real);
                return isDouble;
            case SqlTypeId.Decimal:
                bool isDecimal = DecimalText.TryParse(utf8, type.Precision, type.Scale, out Int128 unscaled);
                if (builder.Type.Id == TypeId.Decimal64)
                {
                    builder.Append((long)unscaled);
                }
                else
                {
                    builder.Append(unscaled);
                }

                return isDecimal;
            case SqlTypeId.Date:
                bool isDate = DateText.TryParse(utf8, out int days);
                builder.Append(days);
                return isDate;
            case SqlTypeId.Time:
                bool isTime = TimeText.TryParse(utf8, out int millis);
                builder.Append(millis);
                return isTime;
            default:
                return TryAppendTimestamp(builder, type, utf8);
        }
    }

    private static bool TryAppendInteger(FixedWidthBuilder builder, SqlTypeId id, long value)
    {
        switch (id)
        {
            case SqlTypeId.TinyInt:
                builder.Append((sbyte)value);
                return value == (sbyte)value;
            case SqlTypeId.SmallInt:
                builder.Append((short)value);
                return value == (short)value;
            case SqlTypeId.Integer:
                builder.Append((int)value);
                return value == (int)value;
            default:
                builder.Append(value);
                return true;
        }
    }

    private static bool TryAppendTimestamp(FixedWidthBuilder builder, SqlType type, ReadOnlySpan<byte> utf8)
    {
        TimeUnit unit = builder.Type.Unit;
        if (TimeText.TryParse(utf8, out int millis))
        {
            builder.Append(millis * (TimestampText.PerSecond(unit) / 1000));
            return true;
        }

        bool isTimestamp = type.Id == SqlTypeId.TimestampLtz
            ? TimestampText.TryParseInstant(utf8, unit, out long value)
            : TimestampText.TryParse(utf8, unit, out value);
        builder.Append(value);
        return isTimestamp;
    }
}
