using System;
using System.Buffers.Text;
using System.Globalization;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes integers and binary floating point numbers, exactly.</summary>
public static class NumberText
{
    /// <summary>Most bytes that any <c>Format</c> writes.</summary>
    public const int MaxLength = 32;

    /// <summary>Reads an integer: optional sign and digits, nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out long value)
    {
        value = 0;
        int at = 0;
        bool negative = false;
        if (utf8.Length > 0 && (utf8[0] is (byte)'-' or (byte)'+'))
        {
            negative = utf8[0] == '-';
            at = 1;
        }

        int digits = utf8.Length - at;
        if (digits is < 1 or > 18)
        {
            return digits > 18 && TryParseLong(utf8, out value);
        }

        long sum = 0;
        for (; at < utf8.Length; at++)
        {
            uint digit = (uint)(utf8[at] - '0');
            if (digit > 9)
            {
                return false;
            }

            sum = (sum * 10) + digit;
        }

        value = negative ? -sum : sum;
        return true;
    }

    /// <summary>Reads an integer of 32 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out int value)
    {
        bool ok = TryParse(utf8, out long wide) && wide == (int)wide;
        value = ok ? (int)wide : 0;
        return ok;
    }

    /// <summary>Reads a number as binary64; <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> are numbers.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out double value)
    {
        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(utf8, Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a number as binary32.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out float value)
    {
        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return float.TryParse(utf8, Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Writes an integer and returns the bytes written.</summary>
    public static int Format(long value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out int written);
        return written;
    }

    /// <summary>
    /// Writes the shortest text that reads back as the same value: <c>1.0</c>, <c>1.5E10</c>, <c>NaN</c>.
    /// </summary>
    public static int Format(double value, Span<byte> destination)
    {
        Span<byte> shortest = stackalloc byte[MaxLength];
        if (!double.IsFinite(value))
        {
            return FormatSpecial(value, destination);
        }

        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        if (double.IsSubnormal(value) && IsOneDigit(shortest[..length]))
        {
            // Two digits are written anyway: the nearest two, 4.9E-324 and not 5.0E-324.
            value.TryFormat(shortest, out length, "E1", CultureInfo.InvariantCulture);
        }

        return FormatFinite(shortest[..length], destination);
    }

    /// <summary>Writes the shortest text that reads back as the same value.</summary>
    public static int Format(float value, Span<byte> destination)
    {
        Span<byte> shortest = stackalloc byte[MaxLength];
        if (!float.IsFinite(value))
        {
            return FormatSpecial(value, destination);
        }

        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        if (float.IsSubnormal(value) && IsOneDigit(shortest[..length]))
        {
            value.TryFormat(shortest, out length, "E1", CultureInfo.InvariantCulture);
        }

        return FormatFinite(shortest[..length], destination);
    }

    private static bool IsOneDigit(ReadOnlySpan<byte> shortest)
    {
        int end = shortest.IndexOf((byte)'E');
        return end == (shortest[0] == '-' ? 2 : 1);
    }

    private static int FormatSpecial(double value, Span<byte> destination)
    {
        ReadOnlySpan<byte> text = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;
        text.CopyTo(destination);
        return text.Length;
    }

    /// <summary>
    /// Rewrites shortest digits: plain from 0.001 to below 10^7, else <c>d.dddEn</c>; always a fraction digit.
    /// </summary>
    private static int FormatFinite(ReadOnlySpan<byte> shortest, Span<byte> destination)
    {
        Span<byte> digits = stackalloc byte[MaxLength];
        int count = Split(shortest, digits, out bool negative, out int exponent);
        int at = 0;
        if (negative)
        {
            destination[at++] = (byte)'-';
        }

        if (count == 0)
        {
            "0.0"u8.CopyTo(destination[at..]);
            return at + 3;
        }

        if (exponent is >= -3 and < 7)
        {
            return at + WritePlain(digits[..count], exponent, destination[at..]);
        }

        destination[at++] = digits[0];
        destination[at++] = (byte)'.';
        if (count == 1)
        {
            destination[at++] = (byte)'0';
        }

        digits[1..count].CopyTo(destination[at..]);
        at += count - 1;
        destination[at++] = (byte)'E';
        return at + Format((long)exponent, destination[at..]);
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> destination)
    {
        int at = 0;
        if (exponent < 0)
        {
            destination[at++] = (byte)'0';
            destination[at++] = (byte)'.';
            for (int i = -1; i > exponent; i--)
            {
                destination[at++] = (byte)'0';
            }

            digits.CopyTo(destination[at..]);
            return at + digits.Length;
        }

        for (int i = 0; i <= exponent; i++)
        {
            destination[at++] = i < digits.Length ? digits[i] : (byte)'0';
        }

        destination[at++] = (byte)'.';
        if (digits.Length <= exponent + 1)
        {
            destination[at++] = (byte)'0';
            return at;
        }

        digits[(exponent + 1)..].CopyTo(destination[at..]);
        return at + digits.Length - exponent - 1;
    }

    /// <summary>Takes significant digits and the exponent of the first out of any plain or exponent form.</summary>
    private static int Split(ReadOnlySpan<byte> text, Span<byte> digits, out bool negative, out int exponent)
    {
        negative = text[0] == '-';
        int count = 0;
        int pointAt = -1;
        int seen = 0;
        int leadingZeros = 0;
        int i = negative ? 1 : 0;
        int power = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                pointAt = seen;
            }
            else if (text[i] == 'E')
            {
                int sign = i + 1 + (text[i + 1] == '+' ? 1 : 0);
                TryParse(text[sign..], out power);
                break;
            }
            else
            {
                seen++;
                if (count == 0 && text[i] == '0')
                {
                    leadingZeros++;
                }
                else
                {
                    digits[count++] = text[i];
                }
            }
        }

        exponent = (pointAt < 0 ? seen : pointAt) - leadingZeros - 1 + power;
        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        return count;
    }

    private static bool TryParseLong(ReadOnlySpan<byte> utf8, out long value)
    {
        bool plus = utf8[0] == '+';
        return Utf8Parser.TryParse(plus ? utf8[1..] : utf8, out value, out int used)
            && used == utf8.Length - (plus ? 1 : 0)
            && !(plus && utf8[1] == '-');
    }
}
