using System;
using System.Globalization;
using System.Numerics;

namespace ColumnStream.Compute.Formatting;

/// <summary>Holds a magnitude as significant digits behind a point: <c>0.digits × 10^exponent</c>; no digits are zero.</summary>
internal readonly record struct DecimalDigits(string Digits, int Exponent)
{
    /// <summary>Takes the shortest digits that read back as the same number.</summary>
    public static DecimalDigits Of(double value)
    {
        string text = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        string digits = Mantissa(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));

        // Two digits are never too many for Java: 4.9E-324, not 5E-324.
        digits = digits.Length == 1 ? Mantissa(Math.Abs(value).ToString("E1", CultureInfo.InvariantCulture)) : digits;
        int exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture) + 1;
        return digits.Length == 0 ? default : new DecimalDigits(digits, exponent);
    }

    private static string Mantissa(string number)
    {
        int e = number.IndexOf('E', StringComparison.Ordinal);
        return (e < 0 ? number : number[..e]).Replace(".", string.Empty, StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
    }

    /// <summary>Takes the digits of a decimal.</summary>
    public static DecimalDigits Of(Int128 unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
        return digits == "0" ? default : new DecimalDigits(digits, digits.Length - scale);
    }

    /// <summary>Keeps a number of digits, halves rounded up.</summary>
    public DecimalDigits Round(int keep)
    {
        string digits = Digits ?? string.Empty;
        if (keep >= digits.Length)
        {
            return this;
        }

        if (keep < 0 || (keep == 0 && digits[0] < '5'))
        {
            return default;
        }

        char[] kept = digits[..keep].ToCharArray();
        if (digits[keep] < '5')
        {
            return new DecimalDigits(new string(kept), Exponent);
        }

        int i = keep - 1;
        while (i >= 0 && kept[i] == '9')
        {
            kept[i--] = '0';
        }

        if (i < 0)
        {
            return new DecimalDigits("1" + new string(kept), Exponent + 1);
        }

        kept[i]++;
        return new DecimalDigits(new string(kept), Exponent);
    }

    /// <summary>Writes with a number of fraction digits.</summary>
    public string Fixed(int places)
    {
        DecimalDigits rounded = Round(Exponent + places);
        string digits = rounded.Digits ?? string.Empty;
        int point = string.IsNullOrEmpty(digits) ? 0 : rounded.Exponent;
        string whole = point <= 0 ? "0" : digits.PadRight(point, '0')[..point];
        if (places == 0)
        {
            return whole;
        }

        string fraction = point <= 0 ? new string('0', Math.Min(places, -point)) + digits
            : digits.Length > point ? digits[point..] : string.Empty;
        return whole + "." + fraction.PadRight(places, '0')[..places];
    }

    /// <summary>Writes one digit, a number of fraction digits, and returns the exponent.</summary>
    public string Scientific(int places, out int exponent)
    {
        DecimalDigits rounded = Round(places + 1);
        string digits = string.IsNullOrEmpty(rounded.Digits) ? "0" : rounded.Digits;
        exponent = string.IsNullOrEmpty(rounded.Digits) ? 0 : rounded.Exponent - 1;
        return places == 0 ? digits[..1] : digits[..1] + "." + digits[1..].PadRight(places, '0')[..places];
    }
}
