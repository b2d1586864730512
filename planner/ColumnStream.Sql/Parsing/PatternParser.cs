using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads MATCH_RECOGNIZE.</summary>
internal sealed class PatternParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads from the word MATCH_RECOGNIZE to its closing parenthesis; the alias is read by the caller.</summary>
    public MatchRecognizeTable Parse(TableReference input)
    {
        _cursor.Next();
        _cursor.Open("behind MATCH_RECOGNIZE");
        EquatableArray<Expression> partition = _cursor.Accept("PARTITION", "BY") ? grammar.List(grammar.Expressions.Parse) : [];
        EquatableArray<OrderItem> order = _cursor.At("ORDER") ? grammar.Queries.ParseOrderBy() : [];
        EquatableArray<ExpressionItem> measures = _cursor.Accept("MEASURES") ? grammar.List(ParseMeasure) : [];
        RowsPerMatch rows = ParseRows();
        AfterMatchSkip? skip = _cursor.At("AFTER", "MATCH") ? ParseSkip() : null;
        _cursor.Expect("PATTERN", " in MATCH_RECOGNIZE");
        _cursor.Open("behind PATTERN");
        bool isAtStart = _cursor.Accept(TokenKind.Caret);
        RowPattern pattern = ParseAlternation();
        bool isAtEnd = _cursor.Accept("$");
        _cursor.Close("to close PATTERN");
        Expression? within = _cursor.Accept("WITHIN") ? grammar.Expressions.ParseOperand() : null;
        EquatableArray<PatternSubset> subsets = _cursor.Accept("SUBSET") ? grammar.List(ParseSubset) : [];
        EquatableArray<PatternDefinition> definitions = _cursor.Accept("DEFINE") ? grammar.List(ParseDefinition) : [];
        _cursor.Close("to close MATCH_RECOGNIZE");
        return new MatchRecognizeTable(
            input, pattern, definitions, partition, order, measures, rows, skip, within, subsets, isAtStart, isAtEnd);
    }

    private ExpressionItem ParseMeasure()
    {
        int start = _cursor.Current.Start;
        Expression measure = grammar.Expressions.Parse();
        _cursor.Expect("AS", " behind the measure");
        return new ExpressionItem(measure, grammar.Names.Identifier("the name of the measure")) { Span = _cursor.SpanFrom(start) };
    }

    private RowsPerMatch ParseRows()
    {
        if (_cursor.Accept("ONE", "ROW"))
        {
            _cursor.Expect("PER", " MATCH");
            _cursor.Expect("MATCH");
            return RowsPerMatch.One;
        }

        if (!_cursor.Accept("ALL", "ROWS"))
        {
            return RowsPerMatch.Default;
        }

        _cursor.Expect("PER", " MATCH");
        _cursor.Expect("MATCH");
        return _cursor.Accept("SHOW", "EMPTY", "MATCHES") ? RowsPerMatch.AllShowEmpty
            : _cursor.Accept("OMIT", "EMPTY", "MATCHES") ? RowsPerMatch.AllOmitEmpty
            : _cursor.Accept("WITH", "UNMATCHED", "ROWS") ? RowsPerMatch.AllWithUnmatched
            : RowsPerMatch.All;
    }

    private AfterMatchSkip ParseSkip()
    {
        int start = _cursor.Next().Start;
        _cursor.Next();
        _cursor.Expect("SKIP", " behind AFTER MATCH");
        if (_cursor.Accept("PAST"))
        {
            _cursor.Expect("LAST", " ROW behind PAST");
            _cursor.Expect("ROW", " behind LAST");
            return new AfterMatchSkip(SkipKind.PastLastRow) { Span = _cursor.SpanFrom(start) };
        }

        _cursor.Expect("TO", " or PAST LAST ROW behind SKIP");
        if (_cursor.Accept("NEXT", "ROW"))
        {
            return new AfterMatchSkip(SkipKind.ToNextRow) { Span = _cursor.SpanFrom(start) };
        }

        bool hasName = NameParser.IsName(_cursor.Peek(1));
        SkipKind kind = hasName && _cursor.Accept("FIRST") ? SkipKind.ToFirst
            : hasName && _cursor.Accept("LAST") ? SkipKind.ToLast
            : SkipKind.ToVariable;
        Identifier variable = grammar.Names.Identifier("a pattern variable");
        return new AfterMatchSkip(kind, variable) { Span = _cursor.SpanFrom(start) };
    }

    private RowPattern ParseAlternation()
    {
        _cursor.EnterNesting();
        int start = _cursor.Current.Start;
        RowPattern first = ParseSequence();
        if (_cursor.At(TokenKind.VerticalBar))
        {
            List<RowPattern> items = [first];
            while (_cursor.Accept(TokenKind.VerticalBar))
            {
                items.Add(ParseSequence());
            }

            first = new PatternAlternation([.. items]) { Span = _cursor.SpanFrom(start) };
        }

        _cursor.LeaveNesting();
        return first;
    }

    private RowPattern ParseSequence()
    {
        int start = _cursor.Current.Start;
        List<RowPattern> items = [];
        while (_cursor.At(TokenKind.OpenParenthesis) || _cursor.At(TokenKind.OpenBrace)
            || (NameParser.IsName(_cursor.Current) && !_cursor.At("$")))
        {
            items.Add(ParseRepetition());
        }

        return items switch
        {
            [var single] => single,
            [] when _cursor.Previous.Kind != TokenKind.OpenParenthesis || !_cursor.At(TokenKind.CloseParenthesis) =>
                throw _cursor.Unexpected("a pattern variable"),
            _ => new PatternSequence([.. items]) { Span = _cursor.SpanFrom(start) },
        };
    }

    private RowPattern ParseRepetition()
    {
        int start = _cursor.Current.Start;
        RowPattern pattern = ParsePrimary();
        (int Least, int? Most)? times = null;
        if (_cursor.Accept(TokenKind.Star))
        {
            times = (0, null);
        }
        else if (_cursor.Accept(TokenKind.Plus))
        {
            times = (1, null);
        }
        else if (_cursor.Accept(TokenKind.QuestionMark))
        {
            times = (0, 1);
        }
        else if (_cursor.At(TokenKind.OpenBrace) && _cursor.Peek(1).Kind != TokenKind.Minus)
        {
            times = ParseTimes();
        }

        return times is not { } found
            ? pattern
            : new PatternRepetition(pattern, found.Least, found.Most, _cursor.Accept(TokenKind.QuestionMark))
            {
                Span = _cursor.SpanFrom(start),
            };
    }

    private (int Least, int? Most) ParseTimes()
    {
        _cursor.Next();
        int least = 0;
        if (!_cursor.At(TokenKind.Comma))
        {
            least = grammar.Literals.SmallNumber("a number of times");
            if (_cursor.Accept(TokenKind.CloseBrace))
            {
                return (least, least);
            }
        }

        _cursor.Expect(TokenKind.Comma, "',' or '}' behind the number of times");
        int? most = _cursor.At(TokenKind.CloseBrace) ? null : grammar.Literals.SmallNumber("a number of times");
        _cursor.Expect(TokenKind.CloseBrace, "'}' to close the quantifier");
        return (least, most);
    }

    private RowPattern ParsePrimary()
    {
        int start = _cursor.Current.Start;
        if (_cursor.Accept(TokenKind.OpenParenthesis))
        {
            RowPattern inner = ParseAlternation();
            _cursor.Close("to close the pattern");
            return inner;
        }

        if (_cursor.Accept(TokenKind.OpenBrace))
        {
            _cursor.Expect(TokenKind.Minus, "'-' behind '{', to exclude rows");
            RowPattern inner = ParseAlternation();
            _cursor.Expect(TokenKind.Minus, "'-}' to close the exclusion");
            _cursor.Expect(TokenKind.CloseBrace, "'}' behind '-'");
            return new PatternExclusion(inner) { Span = _cursor.SpanFrom(start) };
        }

        if (_cursor.At("PERMUTE") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis)
        {
            _cursor.Next();
            return new PatternPermutation(grammar.Parenthesized(ParseAlternation, "PERMUTE")) { Span = _cursor.SpanFrom(start) };
        }

        Identifier name = grammar.Names.Identifier("a pattern variable");
        return new PatternVariable(name) { Span = name.Span };
    }

    private PatternSubset ParseSubset()
    {
        int start = _cursor.Current.Start;
        Identifier name = grammar.Names.Identifier("the name of a subset");
        _cursor.Expect(TokenKind.Equal, "'=' behind the name of the subset");
        EquatableArray<Identifier> variables =
            grammar.Parenthesized(() => grammar.Names.Identifier("a pattern variable"), "the variables of the subset");
        return new PatternSubset(name, variables) { Span = _cursor.SpanFrom(start) };
    }

    private PatternDefinition ParseDefinition()
    {
        int start = _cursor.Current.Start;
        Identifier variable = grammar.Names.Identifier("a pattern variable");
        _cursor.Expect("AS", " behind the pattern variable");
        return new PatternDefinition(variable, grammar.Expressions.Parse()) { Span = _cursor.SpanFrom(start) };
    }
}
