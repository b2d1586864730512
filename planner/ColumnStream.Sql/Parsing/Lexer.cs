using System;
using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Sql.Parsing;

/// <summary>Cuts a script into tokens; whatever it cannot read becomes an invalid token with an error.</summary>
internal sealed class Lexer
{
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly List<SqlDiagnostic> _diagnostics;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _words;
    private int _offset;
    private bool _isInHint;

    public Lexer(string text, List<SqlDiagnostic> diagnostics)
    {
        _text = text;
        _diagnostics = diagnostics;
        Dictionary<string, string> words = new(StringComparer.OrdinalIgnoreCase);
        _words = words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    private char Current => Peek(0);

    /// <summary>Reads all tokens; the last is the end of the script.</summary>
    public List<Token> Read()
    {
        while (true)
        {
            SkipBlanks();
            int start = _offset;
            if (start >= _text.Length)
            {
                _tokens.Add(new Token(TokenKind.EndOfScript, _text.Length, 0, null));
                return _tokens;
            }

            ReadToken(start, _text[start]);
        }
    }

    private void ReadToken(int start, char first)
    {
        switch (first)
        {
            case '\'':
                ReadString(start);
                break;
            case '`':
                ReadQuotedName(start);
                break;
            case '"':
                ReadDoubleQuoted(start);
                break;
            case 'x' or 'X' when Peek(1) == '\'':
                ReadBinary(start);
                break;
            case 'u' or 'U' when Peek(1) == '&' && Peek(2) == '\'':
                ReadUnicodeString(start);
                break;
            case >= '0' and <= '9':
            case '.' when char.IsAsciiDigit(Peek(1)):
                ReadNumber(start);
                break;
            default:
                if (LengthOfLetter(isFirst: true) > 0)
                {
                    ReadWord(start);
                }
                else if (!ReadSymbol(start, first))
                {
                    ReadInvalid(start);
                }

                break;
        }
    }

    private char Peek(int ahead) => _offset + ahead < _text.Length ? _text[_offset + ahead] : '\0';

    private bool IsAtEnd => _offset >= _text.Length;

    private void SkipBlanks()
    {
        while (!IsAtEnd)
        {
            char current = _text[_offset];
            if (char.IsWhiteSpace(current) || (current == '\uFEFF' && _offset == 0))
            {
                _offset++;
            }
            else if ((current == '-' && Peek(1) == '-') || (current == '/' && Peek(1) == '/'))
            {
                int end = _text.AsSpan(_offset).IndexOfAny('\n', '\r');
                _offset = end < 0 ? _text.Length : _offset + end;
            }
            else if (current == '/' && Peek(1) == '*' && Peek(2) != '+')
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment()
    {
        int start = _offset;
        int end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            _offset = _text.Length;
            Report(SyntaxErrorCode.UnterminatedComment, "Comment has no end.", new SourceSpan(start, 2), "Add '*/'.");
            return;
        }

        _offset = end + 2;
    }

    private void ReadWord(int start)
    {
        _offset += LengthOfLetter(isFirst: true);
        while (LengthOfLetter(isFirst: false) is var length and > 0)
        {
            _offset += length;
        }

        ReadOnlySpan<char> word = _text.AsSpan(start, _offset - start);
        CheckNameLength(start);
        if (!_words.TryGetValue(word, out string? capitals))
        {
            capitals = word.ToString().ToUpperInvariant();
            _words[word] = capitals;
        }

        Add(TokenKind.Word, start, capitals);
    }

    private int LengthOfLetter(bool isFirst)
    {
        if (IsAtEnd)
        {
            return 0;
        }

        char current = _text[_offset];
        if (char.IsAscii(current))
        {
            return char.IsAsciiLetter(current) || current is '_' or '$' || (!isFirst && char.IsAsciiDigit(current))
                ? 1
                : 0;
        }

        if (Rune.DecodeFromUtf16(_text.AsSpan(_offset), out Rune rune, out int length)
            != System.Buffers.OperationStatus.Done)
        {
            return 0;
        }

        return Rune.IsLetter(rune) || (!isFirst && IsWordPart(rune)) ? length : 0;
    }

    private static bool IsWordPart(Rune rune) => Rune.GetUnicodeCategory(rune) is
        System.Globalization.UnicodeCategory.DecimalDigitNumber or
        System.Globalization.UnicodeCategory.NonSpacingMark or
        System.Globalization.UnicodeCategory.SpacingCombiningMark or
        System.Globalization.UnicodeCategory.ConnectorPunctuation;

    private void CheckNameLength(int start)
    {
        if (_offset - start > SqlLimits.MaxIdentifierLength)
        {
            Report(SyntaxErrorCode.InvalidName, $"Name is longer than {SqlLimits.MaxIdentifierLength} characters.",
                SourceSpan.FromBounds(start, _offset));
        }
    }

    private void ReadString(int start)
    {
        if (ReadQuoted(start, start, '\'') is { } value)
        {
            Add(TokenKind.String, start, value);
        }
    }

    /// <summary>Reads up to the closing quote; null when it is missing, after reporting that.</summary>
    private string? ReadQuoted(int start, int quoteOffset, char quote)
    {
        int from = quoteOffset + 1;
        int at = from;
        bool hasDoubled = false;
        while (true)
        {
            int found = _text.IndexOf(quote, at);
            if (found < 0)
            {
                _offset = _text.Length;
                ReportUnterminated(start, quote);
                return null;
            }

            if (found + 1 < _text.Length && _text[found + 1] == quote)
            {
                hasDoubled = true;
                at = found + 2;
                continue;
            }

            _offset = found + 1;
            string value = _text[from..found];
            CheckSurrogates(value, from);
            return hasDoubled ? value.Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal) : value;
        }
    }

    private void ReportUnterminated(int start, char quote)
    {
        int lineEnd = _text.AsSpan(start).IndexOfAny('\n', '\r');
        int length = lineEnd < 0 ? _text.Length - start : lineEnd;
        (int code, string what) = quote == '\''
            ? (SyntaxErrorCode.UnterminatedString, "String")
            : (SyntaxErrorCode.UnterminatedName, "Quoted name");
        Report(code, $"{what} has no closing quote.", new SourceSpan(start, length), $"Add {quote} where it ends.");
        AddInvalid(start);
    }

    private void CheckSurrogates(string value, int offset)
    {
        for (int index = 0; index < value.Length; index++)
        {
            if (!char.IsSurrogate(value[index]))
            {
                continue;
            }

            if (index + 1 < value.Length && char.IsSurrogatePair(value[index], value[index + 1]))
            {
                index++;
                continue;
            }

            Report(SyntaxErrorCode.InvalidCharacter, $"Half a surrogate pair: U+{(int)value[index]:X4}.",
                new SourceSpan(offset + index, 1));
            return;
        }
    }

    private void ReadQuotedName(int start)
    {
        if (ReadQuoted(start, start, '`') is not { } value)
        {
            return;
        }

        if (value.Length == 0)
        {
            Report(SyntaxErrorCode.InvalidName, "Name is empty.", SourceSpan.FromBounds(start, _offset));
        }

        CheckNameLength(start + 2);
        Add(TokenKind.QuotedName, start, value);
    }

    private void ReadDoubleQuoted(int start)
    {
        if (ReadQuoted(start, start, '"') is { })
        {
            Report(SyntaxErrorCode.InvalidCharacter, "Double quotes are not used in this dialect.",
                SourceSpan.FromBounds(start, _offset), "Quote strings with ' and names with `.");
            AddInvalid(start);
        }
    }

    private void ReadBinary(int start)
    {
        if (ReadQuoted(start, start + 1, '\'') is not { } value)
        {
            return;
        }

        bool isHex = value.Length % 2 == 0;
        foreach (char digit in value)
        {
            isHex &= char.IsAsciiHexDigit(digit);
        }

        if (!isHex)
        {
            Report(SyntaxErrorCode.InvalidBinary, "Binary literal needs an even number of hexadecimal digits.",
                SourceSpan.FromBounds(start, _offset));
            AddInvalid(start);
            return;
        }

        Add(TokenKind.Binary, start, value);
    }

    private void ReadUnicodeString(int start)
    {
        if (ReadQuoted(start, start + 2, '\'') is not { } value)
        {
            return;
        }

        char escape = ReadEscapeClause();
        int bad = UnicodeEscapes.Decode(value, escape, out string decoded);
        if (bad >= 0)
        {
            Report(SyntaxErrorCode.InvalidEscape, "Unicode escape needs 4 hexadecimal digits, or '+' and 6.",
                SourceSpan.FromBounds(start, _offset), $"Write {escape}00E9 or {escape}+01F600.");
            AddInvalid(start);
            return;
        }

        CheckSurrogates(decoded, start);
        Add(TokenKind.String, start, decoded);
    }

    /// <summary>Reads <c>UESCAPE 'c'</c> if it follows, and gives the escape character.</summary>
    private char ReadEscapeClause()
    {
        int back = _offset;
        SkipBlanks();
        if (_text.AsSpan(_offset).StartsWith("UESCAPE", StringComparison.OrdinalIgnoreCase))
        {
            _offset += "UESCAPE".Length;
            SkipBlanks();
            char escape = Peek(1);
            bool isLegal = !char.IsAsciiHexDigit(escape) && escape is not ('+' or '\'') && escape > ' ';
            if (Current == '\'' && Peek(2) == '\'' && isLegal)
            {
                _offset += 3;
                return escape;
            }
        }

        _offset = back;
        return '\\';
    }

    private void ReadNumber(int start)
    {
        SkipDigits();
        TokenKind kind = TokenKind.Integer;
        if (Current == '.')
        {
            kind = TokenKind.Decimal;
            _offset++;
            SkipDigits();
        }

        if (Current is 'e' or 'E')
        {
            kind = TokenKind.Approximate;
            _offset++;
            if (Current is '+' or '-')
            {
                _offset++;
            }

            if (!char.IsAsciiDigit(Current))
            {
                kind = TokenKind.Invalid;
            }

            SkipDigits();
        }

        while (LengthOfLetter(isFirst: false) is var length and > 0)
        {
            kind = TokenKind.Invalid;
            _offset += length;
        }

        if (kind == TokenKind.Invalid)
        {
            Report(SyntaxErrorCode.InvalidNumber, $"Number is malformed: {Shorten(start)}.",
                SourceSpan.FromBounds(start, _offset), "A name that begins with a digit needs backquotes.");
        }

        Add(kind, start, null);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Current))
        {
            _offset++;
        }
    }

    private string Shorten(int start) =>
        _offset - start <= 40 ? _text[start.._offset] : string.Concat(_text.AsSpan(start, 40), "...");

    private bool ReadSymbol(int start, char first)
    {
        (TokenKind kind, int length) = (first, Peek(1), Peek(2)) switch
        {
            ('/', '*', '+') => (TokenKind.HintStart, 3),
            ('*', '/', _) when _isInHint => (TokenKind.HintEnd, 2),
            ('(', _, _) => (TokenKind.OpenParenthesis, 1),
            (')', _, _) => (TokenKind.CloseParenthesis, 1),
            ('[', _, _) => (TokenKind.OpenBracket, 1),
            (']', _, _) => (TokenKind.CloseBracket, 1),
            (',', _, _) => (TokenKind.Comma, 1),
            (';', _, _) => (TokenKind.Semicolon, 1),
            ('.', _, _) => (TokenKind.Dot, 1),
            ('+', _, _) => (TokenKind.Plus, 1),
            ('-', _, _) => (TokenKind.Minus, 1),
            ('*', _, _) => (TokenKind.Star, 1),
            ('/', _, _) => (TokenKind.Slash, 1),
            ('%', _, _) => (TokenKind.Percent, 1),
            ('|', '|', _) => (TokenKind.Concat, 2),
            ('=', '>', _) => (TokenKind.Arrow, 2),
            ('=', _, _) => (TokenKind.Equal, 1),
            ('<', '>', _) => (TokenKind.NotEqual, 2),
            ('!', '=', _) => (TokenKind.NotEqual, 2),
            ('<', '=', _) => (TokenKind.LessThanOrEqual, 2),
            ('<', _, _) => (TokenKind.LessThan, 1),
            ('>', '=', _) => (TokenKind.GreaterThanOrEqual, 2),
            ('>', _, _) => (TokenKind.GreaterThan, 1),
            ('?', _, _) => (TokenKind.QuestionMark, 1),
            (':', _, _) => (TokenKind.Colon, 1),
            ('{', _, _) => (TokenKind.OpenBrace, 1),
            ('}', _, _) => (TokenKind.CloseBrace, 1),
            ('^', _, _) => (TokenKind.Caret, 1),
            ('|', _, _) => (TokenKind.VerticalBar, 1),
            _ => (TokenKind.Invalid, 0),
        };
        if (length == 0)
        {
            return false;
        }

        _isInHint = kind == TokenKind.HintStart || (_isInHint && kind is not (TokenKind.HintEnd or TokenKind.Semicolon));
        _offset += length;
        Add(kind, start, null);
        return true;
    }

    private void ReadInvalid(int start)
    {
        char first = _text[start];
        _offset++;
        if (char.IsHighSurrogate(first) && char.IsLowSurrogate(Current))
        {
            _offset++;
        }

        string shown = char.IsControl(first) || char.IsSurrogate(first) || char.IsWhiteSpace(first)
            ? $"U+{(int)first:X4}"
            : _text[start.._offset];
        SourceSpan span = SourceSpan.FromBounds(start, _offset);
        while (!IsAtEnd && _text[_offset] == first)
        {
            _offset++;
        }

        Report(SyntaxErrorCode.InvalidCharacter, $"Character is not part of the language: {shown}.", span,
            first switch { '&' => "Write AND.", '!' => "Write NOT.", _ => null });
        AddInvalid(start);
    }

    private void AddInvalid(int start) => Add(TokenKind.Invalid, start, null);

    private void Add(TokenKind kind, int start, string? text) =>
        _tokens.Add(new Token(kind, start, _offset - start, text));

    private void Report(int code, string message, SourceSpan span, string? hint = null)
    {
        if (_diagnostics.Count < SqlLimits.MaxDiagnostics)
        {
            _diagnostics.Add(new SqlDiagnostic(code, message, span, hint));
        }
    }
}
