using System;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes decimals as unscaled integers, exactly.</summary>
public static class DecimalText
{
    /// <summary>Most bytes that <c>Format</c> writes.</summary>
    public const int MaxLength = 44;

    /// <summary>
    /// Reads a decimal, exponent allowed, rounded half away from zero to <paramref name="scale"/> digits.
    /// </summary>
    /// <returns>False for what is no number, or has more than precision − scale integer digits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, int precision, int scale, out Int128 unscaled) =>
        TryParse(utf8, precision, scale, out unscaled, out bool overflow) && !overflow;

    /// <summary>Reads a decimal and tells apart what is no number (false) from what does not fit (overflow).</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8, int precision, int scale, out Int128 unscaled, out bool overflow)
    {
        unscaled = 0;
        overflow = false;
        if (!Scan(utf8, out int mantissaEnd, out int pointAt, out int digits, out int exponent))
        {
            return false;
        }

        bool negative = utf8[0] == '-';
        int start = utf8[0] is (byte)'-' or (byte)'+' ? 1 : 0;

        // Digits that belong to the result: those in front of position integerDigits + scale.
        int integerDigits = (pointAt < 0 ? digits : pointAt) + exponent;
        long keep = (long)integerDigits + scale;
        Int128 value = 0;
        int position = 0;
        for (int i = start; i < mantissaEnd; i++)
        {
            if (utf8[i] == '.')
            {
                continue;
            }

            int digit = utf8[i] - '0';
            if (position < keep)
            {
                if (value >= Powers.Ten(37) && value != 0 && value > (Int128.MaxValue - digit) / 10)
                {
                    overflow = true;
                    return true;
                }

                value = (value * 10) + digit;
            }
            else
            {
                value += position == keep && digit >= 5 ? 1 : 0;
                break;
            }

            position++;
        }

        for (; position < keep && value != 0; position++)
        {
            if (value > Powers.Ten(38) / 10)
            {
                overflow = true;
                return true;
            }

            value *= 10;
        }

        overflow = value >= Powers.Ten(precision);
        unscaled = overflow ? 0 : negative ? -value : value;
        return true;
    }

    /// <summary>Writes sign, integer digits and exactly <paramref name="scale"/> fraction digits.</summary>
    /// <returns>The bytes written.</returns>
    public static int Format(Int128 unscaled, int scale, Span<byte> destination)
    {
        Span<byte> reversed = stackalloc byte[MaxLength];
        bool negative = unscaled < 0;
        UInt128 rest = negative ? (UInt128)(-unscaled) : (UInt128)unscaled;
        int count = 0;
        while (rest > ulong.MaxValue)
        {
            (rest, UInt128 low) = UInt128.DivRem(rest, 1_000_000_000);
            for (int i = 0; i < 9; i++)
            {
                (low, UInt128 digit) = (low / 10, low % 10);
                reversed[count++] = (byte)('0' + (int)digit);
            }
        }

        for (ulong small = (ulong)rest; small != 0; small /= 10)
        {
            reversed[count++] = (byte)('0' + (int)(small % 10));
        }

        while (count <= scale)
        {
            reversed[count++] = (byte)'0';
        }

        int at = 0;
        if (negative)
        {
            destination[at++] = (byte)'-';
        }

        for (int i = count - 1; i >= 0; i--)
        {
            if (i == scale - 1)
            {
                destination[at++] = (byte)'.';
            }

            destination[at++] = reversed[i];
        }

        return at;
    }

    /// <summary>
    /// Checks the syntax and finds its parts; <paramref name="pointAt"/> counts digits in front of the point.
    /// </summary>
    private static bool Scan(
        ReadOnlySpan<byte> utf8, out int mantissaEnd, out int pointAt, out int digits, out int exponent)
    {
        pointAt = -1;
        digits = 0;
        exponent = 0;
        mantissaEnd = 0;
        int i = utf8.Length > 0 && (utf8[0] is (byte)'-' or (byte)'+') ? 1 : 0;
        for (; i < utf8.Length; i++)
        {
            byte c = utf8[i];
            if ((uint)(c - '0') <= 9)
            {
                digits++;
            }
            else if (c == '.' && pointAt < 0)
            {
                pointAt = digits;
            }
            else
            {
                break;
            }
        }

        mantissaEnd = i;
        if (digits == 0)
        {
            return false;
        }

        if (i == utf8.Length)
        {
            return true;
        }

        return (utf8[i] is (byte)'e' or (byte)'E') && NumberText.TryParse(utf8[(i + 1)..], out exponent)
            && exponent is > -100_000 and < 100_000;
    }
}
