using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace ColumnStream.Compute.Formatting;

/// <summary>Formats arguments as <c>java.util.Formatter</c> with Locale.US does. One thread; reuses its scratch.</summary>
/// <param name="zone">The IANA zone in which <c>%t</c> shows instants.</param>
internal sealed class JavaFormatter(string zone)
{
    private readonly StringBuilder _text = new();

    /// <summary>Formats; null where an argument is missing or does not go with its conversion.</summary>
    public StringBuilder? Format(List<FormatSpecifier> format, ReadOnlySpan<FormatArgument> arguments)
    {
        _text.Clear();
        int next = 0;
        int last = -1;
        foreach (FormatSpecifier part in format)
        {
            if (part.Literal is not null)
            {
                _text.Append(part.Literal);
                continue;
            }

            if (part.Conversion is '%' or 'n')
            {
                Append(part, part.Conversion == 'n' ? "\n" : "%");
                continue;
            }

            last = part.Has(FormatFlags.Previous) ? last : part.Index > 0 ? part.Index - 1 : next++;
            if (last < 0 || last >= arguments.Length || Convert(part, arguments[last]) is not { } text)
            {
                return null;
            }

            Append(part, text);
        }

        return _text;
    }

    private void Append(FormatSpecifier part, string text)
    {
        int missing = part.Width - text.Length;
        if (missing > 0 && !part.Has(FormatFlags.Left))
        {
            _text.Append(' ', missing);
        }

        _text.Append(text);
        if (missing > 0 && part.Has(FormatFlags.Left))
        {
            _text.Append(' ', missing);
        }
    }

    private string? Convert(FormatSpecifier part, in FormatArgument value)
    {
        switch (part.Conversion)
        {
            case 'b':
                bool isTrue = value.Kind == ArgumentKind.Boolean ? value.Integer != 0 : value.Kind != ArgumentKind.Null;
                return Cut(part, isTrue ? "true" : "false");
            case 's':
                return part.Has(FormatFlags.Alternate) ? null : Cut(part, JavaText.Of(value));
            case 'h':
                return Cut(part, value.Kind == ArgumentKind.Null ? "null"
                    : JavaText.Hash(value).ToString("x", CultureInfo.InvariantCulture));
            default:
                return value.Kind == ArgumentKind.Null ? Cut(part, "null") : ConvertTyped(part, value);
        }
    }

    private string? ConvertTyped(FormatSpecifier part, in FormatArgument value)
    {
        bool isInteger = value.Kind is >= ArgumentKind.Byte and <= ArgumentKind.Long;
        switch (part.Conversion)
        {
            case 'c':
                return isInteger && value.Kind != ArgumentKind.Long && Rune.IsValid((int)value.Integer)
                    ? Case(part, char.ConvertFromUtf32((int)value.Integer)) : null;
            case 'd' or 'o' or 'x':
                return isInteger ? Integer(part, value) : null;
            case 't':
                return value.Kind == ArgumentKind.Long ? Case(part, JavaDate.Format(part.DatePart, value.Integer, zone)) : null;
            case 'a':
                return value.Kind is ArgumentKind.Float or ArgumentKind.Double ? HexFloat.Format(part, value.Number) : null;
            default:
                return value.Kind is >= ArgumentKind.Float and <= ArgumentKind.Decimal ? Number(part, value) : null;
        }
    }

    private static string? Integer(FormatSpecifier part, in FormatArgument value)
    {
        long number = value.Integer;
        if (part.Conversion == 'd')
        {
            bool negative = number < 0;
            string digits = BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture);
            return Signed(part, negative, digits, string.Empty);
        }

        if (part.Has(FormatFlags.Parentheses | FormatFlags.Space | FormatFlags.Plus))
        {
            return null;
        }

        ulong bits = value.Kind switch
        {
            ArgumentKind.Byte => (byte)number,
            ArgumentKind.Short => (ushort)number,
            ArgumentKind.Integer => (uint)number,
            _ => (ulong)number,
        };
        bool isHex = part.Conversion == 'x';
        string text = isHex ? bits.ToString("x", CultureInfo.InvariantCulture) : Octal(bits);
        string prefix = !part.Has(FormatFlags.Alternate) ? string.Empty : isHex ? "0x" : "0";
        if (part.Has(FormatFlags.Zero))
        {
            text = text.PadLeft(Math.Max(0, part.Width - prefix.Length), '0');
        }

        return Case(part, prefix + text);
    }

    private static string Octal(ulong bits)
    {
        string text = string.Empty;
        do
        {
            text = (char)('0' + (int)(bits & 7)) + text;
            bits >>= 3;
        }
        while (bits != 0);

        return text;
    }

    private static string Number(FormatSpecifier part, in FormatArgument value)
    {
        bool isDecimal = value.Kind == ArgumentKind.Decimal;
        bool negative = isDecimal ? value.Unscaled < 0 : double.IsNegative(value.Number);
        if (!isDecimal && !double.IsFinite(value.Number))
        {
            return Case(part, double.IsNaN(value.Number) ? "NaN" : Sign(part, negative, "Infinity"));
        }

        DecimalDigits digits = isDecimal ? DecimalDigits.Of(value.Unscaled, value.Scale) : DecimalDigits.Of(value.Number);
        int precision = part.Precision < 0 ? 6 : part.Precision;
        bool alternate = part.Has(FormatFlags.Alternate) && precision == 0;
        if (part.Conversion == 'f')
        {
            return Signed(part, negative, digits.Fixed(precision) + (alternate ? "." : string.Empty), string.Empty);
        }

        if (part.Conversion == 'g')
        {
            precision = Math.Max(1, precision);
            DecimalDigits rounded = isDecimal ? digits : digits.Round(precision);
            bool isZero = string.IsNullOrEmpty(rounded.Digits);
            bool isScaledZero = isZero && isDecimal && value.Scale > 0;
            if ((isZero && !isScaledZero) || (!isZero && rounded.Exponent > -4 && rounded.Exponent <= precision))
            {
                int places = precision - (isZero ? 1 : rounded.Exponent);
                return Signed(part, negative, digits.Fixed(Math.Max(0, places)), string.Empty);
            }

            precision--;
        }

        string mantissa = digits.Scientific(precision, out int exponent) + (alternate ? "." : string.Empty);
        exponent = isDecimal && value.Unscaled == 0 ? -value.Scale : exponent;
        char sign = exponent < 0 ? '-' : '+';
        string power = string.Create(CultureInfo.InvariantCulture, $"e{sign}{Math.Abs(exponent):00}");
        return Case(part, Signed(part, negative, mantissa, power));
    }

    /// <summary>Puts groups, zeros and signs around digits.</summary>
    private static string Signed(FormatSpecifier part, bool negative, string magnitude, string suffix)
    {
        if (part.Has(FormatFlags.Group))
        {
            int point = magnitude.IndexOf('.', StringComparison.Ordinal);
            for (int at = (point < 0 ? magnitude.Length : point) - 3; at > 0; at -= 3)
            {
                magnitude = magnitude.Insert(at, ",");
            }
        }

        if (part.Has(FormatFlags.Zero))
        {
            int others = suffix.Length + Sign(part, negative, string.Empty).Length;
            magnitude = magnitude.PadLeft(Math.Max(0, part.Width - others), '0');
        }

        return Sign(part, negative, magnitude + suffix);
    }

    private static string Sign(FormatSpecifier part, bool negative, string magnitude) => negative
        ? (part.Has(FormatFlags.Parentheses) ? $"({magnitude})" : "-" + magnitude)
        : part.Has(FormatFlags.Plus) ? "+" + magnitude
        : part.Has(FormatFlags.Space) ? " " + magnitude : magnitude;

    private static string Cut(FormatSpecifier part, string text) =>
        Case(part, part.Precision >= 0 && part.Precision < text.Length ? text[..part.Precision] : text);

    private static string Case(FormatSpecifier part, string text) => part.IsUpper ? JavaText.Upper(text) : text;
}
