using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads numbers, strings, bytes, temporal and interval literals, and units of time.</summary>
internal sealed class LiteralParser(TokenCursor cursor)
{
    private const int MaxDigits = 38;

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public Expression Number()
    {
        Token token = cursor.Next();
        ReadOnlySpan<char> text = cursor.Source.Text.AsSpan(token.Start, token.Length);
        return token.Kind == TokenKind.Approximate ? Approximate(token, text) : Exact(token, text);
    }

    public StringLiteral String(string what)
    {
        Token token = cursor.Expect(TokenKind.String, what);
        return new StringLiteral(token.Text!) { Span = token.Span };
    }

    /// <summary>Says whether the name of a character set stands right before a string: <c>_UTF8'a'</c>, <c>N'a'</c>.</summary>
    public bool IsCharacterSetAhead()
    {
        Token name = cursor.Current;
        Token text = cursor.Peek(1);
        return text.Kind == TokenKind.String && name.Kind == TokenKind.Word && name.End == text.Start
            && (name.Text == "N" || (name.Length > 1 && name.Text![0] == '_'));
    }

    /// <summary>Reads a string as an expression: with a character set in front, and strings side by side as one.</summary>
    public StringLiteral Text()
    {
        int start = cursor.Current.Start;
        string? characterSet = IsCharacterSetAhead() ? cursor.Next().Text : null;
        string text = cursor.Expect(TokenKind.String, "a string").Text!;
        if (cursor.At(TokenKind.String))
        {
            StringBuilder whole = new(text);
            while (cursor.At(TokenKind.String))
            {
                whole.Append(cursor.Next().Text);
            }

            text = whole.ToString();
        }

        characterSet = characterSet is null or "N" ? null : characterSet[1..];
        return new StringLiteral(text, characterSet) { Span = cursor.SpanFrom(start) };
    }

    public BinaryLiteral Binary()
    {
        int start = cursor.Current.Start;
        StringBuilder digits = new(cursor.Next().Text);
        while (cursor.At(TokenKind.String))
        {
            Token more = cursor.Next();
            bool isHex = more.Text!.Length % 2 == 0 && !more.Text.AsSpan().ContainsAnyExcept(s_hexDigits);
            digits.Append(isHex ? more.Text : throw cursor.Error(SyntaxErrorCode.InvalidBinary,
                "Binary literal needs an even number of hexadecimal digits.", more.Span));
        }

        byte[] bytes = Convert.FromHexString(digits.ToString());
        return new BinaryLiteral(new EquatableArray<byte>(bytes)) { Span = cursor.SpanFrom(start) };
    }

    public TemporalLiteral Temporal(TemporalKind kind)
    {
        int start = cursor.Next().Start;
        string text = cursor.Expect(TokenKind.String, "a string").Text!;
        return new TemporalLiteral(kind, text) { Span = cursor.SpanFrom(start) };
    }

    /// <summary>Reads <c>TIMESTAMP WITH LOCAL TIME ZONE '...'</c>.</summary>
    public TemporalLiteral LocalTimestamp()
    {
        int start = cursor.Next().Start;
        cursor.Next();
        cursor.Next();
        cursor.Expect("TIME", " behind LOCAL");
        cursor.Expect("ZONE", " behind TIME");
        string text = cursor.Expect(TokenKind.String, "a string").Text!;
        return new TemporalLiteral(TemporalKind.TimestampLtz, text) { Span = cursor.SpanFrom(start) };
    }

    public IntervalLiteral Interval()
    {
        int start = cursor.Next().Start;
        bool isNegated = cursor.Accept(TokenKind.Minus);
        if (!isNegated)
        {
            cursor.Accept(TokenKind.Plus);
        }

        Token token = cursor.Expect(TokenKind.String, "a string behind INTERVAL, as in INTERVAL '10' SECOND");
        IntervalQualifier qualifier = IntervalQualifier();
        if (!IntervalText.TryRead(token.Text!, qualifier, out long months, out long nanoseconds))
        {
            throw cursor.Error(SyntaxErrorCode.InvalidInterval, $"Interval does not fit its units: '{token.Text}'.",
                token.Span, $"Write it as {IntervalText.Example(qualifier)}.");
        }

        return new IntervalLiteral(
            token.Text!,
            qualifier,
            isNegated ? -months : months,
            isNegated ? -nanoseconds : nanoseconds,
            isNegated) { Span = cursor.SpanFrom(start) };
    }

    public IntervalQualifier IntervalQualifier()
    {
        int start = cursor.Current.Start;
        TimeUnit first = IntervalUnit();
        int? precision = null;
        int? fraction = null;
        if (cursor.Accept(TokenKind.OpenParenthesis))
        {
            precision = SmallNumber("the digits of the unit");
            if (first == TimeUnit.Second && cursor.Accept(TokenKind.Comma))
            {
                fraction = SmallNumber("the digits of the fraction");
            }

            cursor.Close("to close the precision");
        }

        TimeUnit? last = null;
        if (cursor.Accept("TO"))
        {
            Token unit = cursor.Current;
            last = IntervalUnit();
            if (!IntervalText.IsRange(first, last.Value))
            {
                throw cursor.Error(SyntaxErrorCode.InvalidTimeUnit, "Interval cannot end in this unit.", unit.Span,
                    "Ranges are YEAR TO MONTH, and from DAY, HOUR or MINUTE down to SECOND.");
            }

            if (last == TimeUnit.Second && cursor.Accept(TokenKind.OpenParenthesis))
            {
                fraction = SmallNumber("the digits of the fraction");
                cursor.Close("to close the precision");
            }
        }

        return new IntervalQualifier(first, precision, last, fraction) { Span = cursor.SpanFrom(start) };
    }

    /// <summary>Reads a unit of EXTRACT, FLOOR, TIMESTAMPADD and the like.</summary>
    public TimeUnitArgument Unit()
    {
        Token token = cursor.Current;
        if (token.Kind != TokenKind.Word)
        {
            throw cursor.Unexpected("a unit of time");
        }

        if (TimeUnits.Find(token.Text!) is not { } unit)
        {
            string? near = NameSuggester.Suggest(token.Text!, TimeUnits.Names);
            throw cursor.Error(SyntaxErrorCode.InvalidTimeUnit, $"Unit of time is unknown: {cursor.Text(token)}.", token.Span,
                near is null ? "Units are YEAR, MONTH, DAY, HOUR, MINUTE, SECOND and others." : $"Did you mean '{near}'?");
        }

        cursor.Next();
        return new TimeUnitArgument(unit) { Span = token.Span };
    }

    /// <summary>Reads a small integer, such as a precision.</summary>
    public int SmallNumber(string what)
    {
        Token token = cursor.Expect(TokenKind.Integer, what);
        ReadOnlySpan<char> text = cursor.Source.Text.AsSpan(token.Start, token.Length);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw cursor.Error(SyntaxErrorCode.InvalidNumber, "Number is too large here.", token.Span);
    }

    private TimeUnit IntervalUnit()
    {
        Token token = cursor.Current;
        TimeUnitArgument unit = Unit();
        return IntervalText.IsUnit(unit.Unit)
            ? unit.Unit
            : throw cursor.Error(SyntaxErrorCode.InvalidTimeUnit, $"Interval cannot count this unit: {cursor.Text(token)}.",
                token.Span, "Write YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND.");
    }

    private ApproximateNumericLiteral Approximate(Token token, ReadOnlySpan<char> text)
    {
        double value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new ApproximateNumericLiteral(value) { Span = token.Span }
            : throw cursor.Error(SyntaxErrorCode.InvalidNumber, "Number is too large for DOUBLE.", token.Span);
    }

    private ExactNumericLiteral Exact(Token token, ReadOnlySpan<char> text)
    {
        int digits = 0;
        int scale = 0;
        bool isBehindPoint = false;
        Int128 unscaled = 0;
        foreach (char letter in text)
        {
            if (letter == '.')
            {
                isBehindPoint = true;
                continue;
            }

            digits++;
            scale += isBehindPoint ? 1 : 0;
            if (digits > MaxDigits)
            {
                throw cursor.Error(SyntaxErrorCode.InvalidNumber, $"Number has more than {MaxDigits} digits.", token.Span,
                    "Write it with an exponent to make it a DOUBLE.");
            }

            unscaled = (unscaled * 10) + (letter - '0');
        }

        return new ExactNumericLiteral(unscaled, digits, scale) { Span = token.Span };
    }
}
