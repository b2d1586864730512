using System.Collections.Generic;
using System.Globalization;

namespace ColumnStream.Compute.Formatting;

/// <summary>Is plain text, or one <c>%[index$][flags][width][.precision]conversion</c>.</summary>
/// <param name="Literal">The plain text, or null.</param>
/// <param name="Index">The 1-based argument, 0 for the next one.</param>
/// <param name="Flags">Flags.</param>
/// <param name="Width">Least characters, or -1.</param>
/// <param name="Precision">Precision, or -1.</param>
/// <param name="Conversion">The conversion in lower case; that of dates is <c>t</c>.</param>
/// <param name="IsUpper">Whether the result is in upper case.</param>
/// <param name="DatePart">The letter behind <c>t</c>.</param>
internal sealed record FormatSpecifier(
    string? Literal,
    int Index = 0,
    FormatFlags Flags = FormatFlags.None,
    int Width = -1,
    int Precision = -1,
    char Conversion = '\0',
    bool IsUpper = false,
    char DatePart = '\0')
{
    private const string FlagLetters = "-#+ 0,(<";
    private const string Conversions = "bhscdoxefga%nt";
    private const string Uppers = "BHSCXEGAT";
    private const string DateParts = "HIklMNLQpsSTzZaAbBhCdejmyYrRcDF";

    /// <summary>Tells whether a flag is set.</summary>
    public bool Has(FormatFlags flag) => (Flags & flag) != 0;

    /// <summary>Reads a format; null when it is wrong.</summary>
    public static List<FormatSpecifier>? Parse(string format)
    {
        List<FormatSpecifier> parts = [];
        int at = 0;
        while (at < format.Length)
        {
            int percent = format.IndexOf('%', at);
            if (percent != at)
            {
                percent = percent < 0 ? format.Length : percent;
                parts.Add(new FormatSpecifier(format[at..percent]));
                at = percent;
                continue;
            }

            at++;
            if (Read(format, ref at) is not { } specifier || !specifier.IsAllowed())
            {
                return null;
            }

            parts.Add(specifier);
        }

        return parts;
    }

    private static FormatSpecifier? Read(string format, ref int at)
    {
        int index = 0;
        int digits = at;
        while (digits < format.Length && char.IsAsciiDigit(format[digits]))
        {
            digits++;
        }

        if (digits > at && digits < format.Length && format[digits] == '$')
        {
            if (!TryNumber(format[at..digits], out index) || index == 0)
            {
                return null;
            }

            at = digits + 1;
        }

        var flags = FormatFlags.None;
        for (; at < format.Length && FlagLetters.IndexOf(format[at], System.StringComparison.Ordinal) is >= 0 and var bit; at++)
        {
            var flag = (FormatFlags)(1 << bit);
            if ((flags & flag) != 0)
            {
                return null;
            }

            flags |= flag;
        }

        int width = Digits(format, ref at);
        int precision = -1;
        if (at < format.Length && format[at] == '.')
        {
            at++;
            precision = Digits(format, ref at);
            if (precision == -1)
            {
                return null;
            }
        }

        if (width == -2 || precision == -2 || at == format.Length)
        {
            return null;
        }

        char letter = format[at++];
        bool isUpper = Uppers.Contains(letter, System.StringComparison.Ordinal);
        char conversion = isUpper ? char.ToLowerInvariant(letter) : letter;
        char datePart = '\0';
        if (conversion == 't')
        {
            if (at == format.Length || !DateParts.Contains(format[at], System.StringComparison.Ordinal))
            {
                return null;
            }

            datePart = format[at++];
        }

        return Conversions.Contains(conversion, System.StringComparison.Ordinal)
            ? new FormatSpecifier(null, index, flags, width, precision, conversion, isUpper, datePart) : null;
    }

    /// <summary>Reads digits: -1 where there are none, -2 where there are too many.</summary>
    private static int Digits(string format, ref int at)
    {
        int start = at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
        {
            at++;
        }

        return at == start ? -1 : TryNumber(format[start..at], out int number) ? number : -2;
    }

    private static bool TryNumber(string digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Tells whether flags, width and precision go with the conversion, whatever the argument is.</summary>
    private bool IsAllowed()
    {
        const FormatFlags NumberFlags =
            FormatFlags.Plus | FormatFlags.Space | FormatFlags.Zero | FormatFlags.Group | FormatFlags.Parentheses;
        bool needsWidth = Width == -1 && Has(FormatFlags.Left);
        switch (Conversion)
        {
            case 'b' or 'h':
                return !needsWidth && !Has(NumberFlags | FormatFlags.Alternate);
            case 's':
                return !needsWidth && !Has(NumberFlags);
            case 'c' or 't':
                return !needsWidth && Precision == -1 && !Has(NumberFlags | FormatFlags.Alternate);
            case '%':
                return !needsWidth && Precision == -1 && (Flags is FormatFlags.None or FormatFlags.Left);
            case 'n':
                return Width == -1 && Precision == -1 && Flags == FormatFlags.None;
            default:
                bool isInteger = Conversion is 'd' or 'o' or 'x';
                FormatFlags wrong = Conversion switch
                {
                    'd' or 'g' => FormatFlags.Alternate,
                    'o' or 'x' or 'e' => FormatFlags.Group,
                    'a' => FormatFlags.Group | FormatFlags.Parentheses,
                    _ => FormatFlags.None,
                };
                return !Has(wrong)
                    && !(Width == -1 && Has(FormatFlags.Left | FormatFlags.Zero))
                    && !(Has(FormatFlags.Plus) && Has(FormatFlags.Space))
                    && !(Has(FormatFlags.Left) && Has(FormatFlags.Zero))
                    && !(isInteger && Precision != -1);
        }
    }
}
