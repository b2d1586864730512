using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Reads what stands behind a backslash and means one code point or a class of them.</summary>
internal sealed class EscapeParser(PatternCursor cursor)
{
    private static readonly CodePointSet Horizontal =
        CodePointSet.Of(" \t\u00A0\u1680\u180E\u202F\u205F\u3000").Union(CodePointSet.Range(0x2000, 0x200A));

    private static readonly CodePointSet Vertical = CodePointSet.Of("\n\v\f\r\u0085\u2028\u2029");
    private static readonly CodePointSet Space = CodePointSet.Of(" \t\n\v\f\r");
    private static readonly CodePointSet Digit = CodePointSet.Range('0', '9');

    private static readonly CodePointSet Word =
        CodePointSet.Range('a', 'z').Union(CodePointSet.Range('A', 'Z')).Union(Digit).Union(CodePointSet.Of('_'));

    private readonly PropertyParser _properties = new(cursor);

    /// <summary>Returns the set of one code point under the current flags.</summary>
    public CodePointSet Single(int point) => cursor.Has(PatternFlags.IgnoreCase)
        ? LetterFolding.Fold(point, cursor.Has(PatternFlags.UnicodeCase)) : CodePointSet.Of(point);

    /// <summary>Reads an escape; the backslash has been read. <paramref name="point"/> is -1 for a class.</summary>
    public CodePointSet Parse(bool isInClass, out int point)
    {
        int letter = cursor.At(cursor.Position);
        cursor.Position++;
        point = -1;
        bool unicode = cursor.Has(PatternFlags.UnicodeClasses);
        CodePointSet? known = letter switch
        {
            'd' => unicode ? UnicodeSets.Get("u:d") : Digit,
            'D' => (unicode ? UnicodeSets.Get("u:d") : Digit).Negate(),
            's' => unicode ? UnicodeSets.Get("u:s") : Space,
            'S' => (unicode ? UnicodeSets.Get("u:s") : Space).Negate(),
            'w' => unicode ? UnicodeSets.Get("u:w") : Word,
            'W' => (unicode ? UnicodeSets.Get("u:w") : Word).Negate(),
            'h' => Horizontal,
            'H' => Horizontal.Negate(),
            'v' when !isInClass || cursor.At(cursor.Position) != '-' => Vertical,
            'V' => Vertical.Negate(),
            'p' => _properties.Parse(),
            'P' => _properties.Parse().Negate(),
            _ => null,
        };
        if (known is not null)
        {
            return known;
        }

        point = Character(letter);
        return Single(point);
    }

    private int Character(int letter)
    {
        switch (letter)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'a':
                return 7;
            case 'e':
                return 27;
            case 'v':
                return '\v';
            case '0':
                return Octal();
            case 'x':
                return Hexadecimal();
            case 'u':
                return Unit();
            case 'c':
                int control = cursor.At(cursor.Position++);
                return control == PatternCursor.End
                    ? throw cursor.Invalid("a control character is missing behind \\c") : control ^ 64;
            case 'N':
                throw cursor.Unsupported("\\N{…} has no translation");
            case PatternCursor.End:
                throw cursor.Invalid("a backslash escapes nothing");
            default:
                return letter < 0x80 && char.IsAsciiLetterOrDigit((char)letter)
                    ? throw cursor.Invalid($"the escape \\{(char)letter} is unknown") : letter;
        }
    }

    private int Octal()
    {
        int value = 0;
        int digits = 0;
        while (digits < 3 && cursor.At(cursor.Position) is >= '0' and <= '7' and var digit && (digits < 2 || value <= 31))
        {
            value = (value * 8) + digit - '0';
            cursor.Position++;
            digits++;
        }

        return digits > 0 ? value : throw cursor.Invalid("no octal digit stands behind \\0");
    }

    private int Hexadecimal()
    {
        if (cursor.At(cursor.Position) != '{')
        {
            return (HexDigit() << 4) | HexDigit();
        }

        cursor.Position++;
        int value = 0;
        do
        {
            value = (value << 4) | HexDigit();
            if (value > CodePointSet.Last)
            {
                throw cursor.Invalid("a hexadecimal code point is too large");
            }
        }
        while (cursor.At(cursor.Position) is not ('}' or PatternCursor.End));

        return cursor.At(cursor.Position++) == '}' ? value : throw cursor.Invalid("a hexadecimal code point is not closed");
    }

    /// <summary>Reads four digits, or two such units that are the halves of a pair.</summary>
    private int Unit()
    {
        int high = FourDigits();
        if (char.IsHighSurrogate((char)high) && cursor.At(cursor.Position) == '\\' && cursor.At(cursor.Position + 1) == 'u')
        {
            int before = cursor.Position;
            cursor.Position += 2;
            int low = FourDigits();
            if (char.IsLowSurrogate((char)low))
            {
                return new Rune((char)high, (char)low).Value;
            }

            cursor.Position = before;
        }

        return high;
    }

    private int FourDigits() => (HexDigit() << 12) | (HexDigit() << 8) | (HexDigit() << 4) | HexDigit();

    private int HexDigit()
    {
        int digit = cursor.At(cursor.Position++);
        return digit is >= 0 and < 0x80 && char.IsAsciiHexDigit((char)digit)
            ? (digit & 15) + (digit > '9' ? 9 : 0) : throw cursor.Invalid("a hexadecimal digit is missing");
    }
}
