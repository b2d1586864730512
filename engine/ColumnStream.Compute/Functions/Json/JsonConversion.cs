using System;
using System.Buffers;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Converts scalars of documents to the types of RETURNING.</summary>
/// <remarks>
/// Strings are read as numbers and booleans; fractions are cut off for integers; what does not fit is refused, never wrapped.
/// </remarks>
internal static unsafe class JsonConversion
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-.eE"u8);

    private const int MostDigits = 40;

    /// <summary>Tells whether RETURNING may name a type.</summary>
    public static bool IsSupported(SqlType type) => type.IsText || type.Id == SqlTypeId.Boolean || type.IsNumeric;

    /// <summary>Stores a value; false when it does not fit the type.</summary>
    public static bool TryStore(Frame frame, int register, int row, SqlType type, ReadOnlySpan<byte> value, JsonKind kind)
    {
        ref Register target = ref frame[register];
        if (type.IsText)
        {
            Frame.Store(target, row, frame.Copy(value));
            return true;
        }

        bool isNumber = kind is JsonKind.Integer or JsonKind.Decimal || (kind == JsonKind.String && IsNumber(value));
        if (type.Id == SqlTypeId.Boolean)
        {
            bool isTrue = Ascii(value, "true"u8);
            target.Data[row >> 3] |= (byte)((isTrue ? 1 : 0) << (row & 7));
            return kind is JsonKind.True or JsonKind.False || (kind == JsonKind.String && (isTrue || Ascii(value, "false"u8)));
        }

        if (!isNumber)
        {
            return false;
        }

        switch (type.Id)
        {
            case SqlTypeId.Float:
                bool isFloat = NumberText.TryParse(value, out float single) && float.IsFinite(single);
                ((float*)target.Data)[row] = single;
                return isFloat;
            case SqlTypeId.Double:
                bool isDouble = NumberText.TryParse(value, out double number) && double.IsFinite(number);
                ((double*)target.Data)[row] = number;
                return isDouble;
            case SqlTypeId.Decimal:
                bool isDecimal = DecimalText.TryParse(value, type.Precision, type.Scale, out Int128 unscaled);
                if (target.Layout == Layout.Int64)
                {
                    ((long*)target.Data)[row] = (long)unscaled;
                }
                else
                {
                    ((Int128*)target.Data)[row] = unscaled;
                }

                return isDecimal;
            default:
                return TryInteger(value, out long whole) && TryStore(target, row, whole);
        }
    }

    private static bool TryStore(in Register target, int row, long value)
    {
        switch (target.Layout)
        {
            case Layout.Int8:
                ((sbyte*)target.Data)[row] = (sbyte)value;
                return value == (sbyte)value;
            case Layout.Int16:
                ((short*)target.Data)[row] = (short)value;
                return value == (short)value;
            case Layout.Int32:
                ((int*)target.Data)[row] = (int)value;
                return value == (int)value;
            default:
                ((long*)target.Data)[row] = value;
                return true;
        }
    }

    private static bool Ascii(ReadOnlySpan<byte> value, ReadOnlySpan<byte> lower) =>
        System.Text.Ascii.EqualsIgnoreCase(value, lower);

    private static bool IsNumber(ReadOnlySpan<byte> value) =>
        !value.IsEmpty && value.IndexOfAnyExcept(NumberBytes) < 0 && NumberText.TryParse(value, out double _);

    /// <summary>Reads a number and cuts its fraction off; false beyond BIGINT.</summary>
    private static bool TryInteger(ReadOnlySpan<byte> value, out long whole)
    {
        int point = value.IndexOfAny((byte)'.', (byte)'e', (byte)'E');
        if (point < 0)
        {
            return NumberText.TryParse(value, out whole);
        }

        whole = 0;
        int exponentAt = value.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? value : value[..exponentAt];
        long exponent = 0;
        if (exponentAt >= 0 && !NumberText.TryParse(value[(exponentAt + 1)..], out exponent))
        {
            return false;
        }

        // Digits that stand before the point once the exponent has moved it, zeros added where there are none.
        point = mantissa.IndexOf((byte)'.');
        long wanted = (point < 0 ? mantissa.Length : point) + exponent;
        Span<byte> digits = stackalloc byte[MostDigits];
        digits[0] = mantissa[0] == '-' ? (byte)'-' : (byte)'+';
        int count = 1;
        long place = 0;
        for (int i = 0; i < mantissa.Length; i++)
        {
            if (mantissa[i] == '.')
            {
                continue;
            }

            if (++place > wanted)
            {
                break;
            }

            if (char.IsAsciiDigit((char)mantissa[i]) && (mantissa[i] != '0' || count > 1))
            {
                if (count == MostDigits)
                {
                    return false;
                }

                digits[count++] = mantissa[i];
            }
        }

        long zeros = count == 1 ? 0 : wanted - place;
        if (zeros > MostDigits - count)
        {
            return false;
        }

        for (; zeros > 0; zeros--)
        {
            digits[count++] = (byte)'0';
        }

        return count == 1 || NumberText.TryParse(digits[..count], out whole);
    }
}
