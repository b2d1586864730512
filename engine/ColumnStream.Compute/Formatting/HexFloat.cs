using System;
using System.Globalization;

namespace ColumnStream.Compute.Formatting;

/// <summary>Writes binary numbers in hexadecimal digits with a binary exponent: <c>%a</c>.</summary>
internal static class HexFloat
{
    private const int MantissaDigits = 13;

    public static string Format(FormatSpecifier part, double value)
    {
        bool negative = double.IsNegative(value);
        if (!double.IsFinite(value))
        {
            string name = double.IsNaN(value) ? "NaN" : Sign(part, negative) + "Infinity";
            return part.IsUpper ? name.ToUpperInvariant() : name;
        }

        int precision = part.Precision == 0 ? 1 : part.Precision;
        string text = Magnitude(Math.Abs(value), precision);
        string sign = Sign(part, negative);
        if (part.Has(FormatFlags.Zero))
        {
            text = "0x" + text[2..].PadLeft(Math.Max(0, part.Width - sign.Length - 2), '0');
        }

        return part.IsUpper ? sign + text.ToUpperInvariant() : sign + text;
    }

    private static string Sign(FormatSpecifier part, bool negative) =>
        negative ? "-" : part.Has(FormatFlags.Plus) ? "+" : part.Has(FormatFlags.Space) ? " " : string.Empty;

    private static string Magnitude(double value, int precision)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        int exponent = (int)(bits >> 52);
        if (value == 0)
        {
            return Write(0, 0, 0, precision);
        }

        bool isSubnormal = exponent == 0;
        if (precision is < 0 or >= MantissaDigits)
        {
            return Write(isSubnormal ? 0 : 1, mantissa, isSubnormal ? -1022 : exponent - 1023, precision);
        }

        // Rounding needs a leading one.
        int power = isSubnormal ? -1022 : exponent - 1023;
        long significand = isSubnormal ? mantissa : mantissa | (1L << 52);
        while (significand < 1L << 52)
        {
            significand <<= 1;
            power--;
        }

        int drop = 4 * (MantissaDigits - precision);
        long unit = 1L << drop;
        long rest = significand & (unit - 1);
        significand -= rest;
        if (rest > unit / 2 || (rest == unit / 2 && (significand & unit) != 0))
        {
            significand += unit;
        }

        if (significand >= 1L << 53)
        {
            significand >>= 1;
            power++;
        }

        return Write(1, significand & 0xFFFFFFFFFFFFF, power, precision);
    }

    private static string Write(int lead, long mantissa, int power, int precision)
    {
        string digits = mantissa.ToString("x13", CultureInfo.InvariantCulture).TrimEnd('0');
        digits = digits.PadRight(Math.Max(1, precision), '0');
        return string.Create(CultureInfo.InvariantCulture, $"0x{lead}.{digits}p{power}");
    }
}
