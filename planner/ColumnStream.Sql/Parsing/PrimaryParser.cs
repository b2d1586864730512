using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads what operators stand between: literals, names, calls, CASE, CAST, constructors and parentheses.</summary>
internal sealed class PrimaryParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public Expression Parse()
    {
        int start = _cursor.Current.Start;
        Expression expression = ParseBare(start);
        int height = _cursor.Height;
        while (_cursor.At(TokenKind.OpenBracket) || _cursor.At(TokenKind.Dot))
        {
            if (_cursor.Accept(TokenKind.OpenBracket))
            {
                _cursor.Height = 0;
                Expression index = grammar.Expressions.Parse();
                _cursor.Expect(TokenKind.CloseBracket, "']' behind the index");
                expression = new ElementAccess(expression, index);
                height = System.Math.Max(height, _cursor.Height);
            }
            else
            {
                _cursor.Next();
                expression = new FieldAccess(expression, grammar.Names.Identifier("a field name"));
            }

            expression = Place(expression, start);
            height = _cursor.CheckHeight(height + 1);
        }

        _cursor.Height = height;
        return expression;
    }

    private Expression ParseBare(int start)
    {
        Token token = _cursor.Current;
        switch (token.Kind)
        {
            case TokenKind.Integer or TokenKind.Decimal or TokenKind.Approximate:
                return grammar.Literals.Number();
            case TokenKind.String:
                return grammar.Literals.Text();
            case TokenKind.Binary:
                return grammar.Literals.Binary();
            case TokenKind.OpenParenthesis:
                return ParseParenthesis(start);
            case TokenKind.QuestionMark:
                _cursor.Next();
                return Place(new DynamicParameter(_cursor.ParameterCount++), start);
            case TokenKind.QuotedName:
                return ParseName(start);
            case TokenKind.Word:
                return ParseWord(token.Text!, start);
            case TokenKind.OpenBrace:
                return ParseEscape(start);
            default:
                throw _cursor.Unexpected("an expression");
        }
    }

    private Expression ParseWord(string word, int start)
    {
        TokenKind next = _cursor.Peek(1).Kind;
        switch (word)
        {
            case "NULL":
                return Literal(new NullLiteral(), start);
            case "TRUE":
                return Literal(new BooleanLiteral(true), start);
            case "FALSE":
                return Literal(new BooleanLiteral(false), start);
            case "UNKNOWN":
                CastExpression unknown = new(new NullLiteral(), new ScalarTypeSyntax(ScalarTypeName.Boolean), IsTry: false);
                return Literal(unknown, start);
            case "DATE" when next == TokenKind.String:
                return grammar.Literals.Temporal(TemporalKind.Date);
            case "TIME" when next == TokenKind.String:
                return grammar.Literals.Temporal(TemporalKind.Time);
            case "TIMESTAMP" when next == TokenKind.String:
                return grammar.Literals.Temporal(TemporalKind.Timestamp);
            case "TIMESTAMP" when _cursor.At("TIMESTAMP", "WITH", "LOCAL"):
                return grammar.Literals.LocalTimestamp();
            case "INTERVAL":
                return ParseInterval(start);
            case "CASE":
                return ParseCase(start);
            case "CAST" or "TRY_CAST":
                return ParseCast(start);
            case "EXISTS":
                _cursor.Next();
                return Place(new ExistsExpression(grammar.Queries.ParseParenthesized("the subquery of EXISTS")), start);
            case "ARRAY" or "MAP" or "MULTISET" when next == TokenKind.OpenBracket:
                return ParseCollection(start);
            case "ARRAY" or "MAP" or "MULTISET" when next == TokenKind.OpenParenthesis:
                return ParseCollectionQuery(start) ?? ParseFunctionOrName(word, next, start);
            case "ROW" or "PERIOD" when next == TokenKind.OpenParenthesis:
                _cursor.Next();
                return Place(new RowConstructor(grammar.Parenthesized(grammar.Expressions.Parse, word)), start);
            case "FINAL" or "RUNNING" when NameParser.IsName(_cursor.Peek(1)) && _cursor.Peek(2).Kind == TokenKind.OpenParenthesis:
                return ParseMatchSemantics(start);
            case "DEFAULT" when next is TokenKind.Comma or TokenKind.CloseParenthesis:
                return Literal(new DefaultArgument(), start);
            default:
                return grammar.Literals.IsCharacterSetAhead()
                    ? grammar.Literals.Text()
                    : ParseFunctionOrName(word, next, start);
        }
    }

    private Expression ParseFunctionOrName(string word, TokenKind next, int start)
    {
        if (next == TokenKind.OpenParenthesis && Keywords.IsSpecialFunction(word))
        {
            return grammar.Functions.ParseSpecial(word, start);
        }

        if (Keywords.IsNiladic(word) && next != TokenKind.OpenParenthesis)
        {
            _cursor.Next();
            QualifiedName niladic = new([new Identifier(word) { Span = _cursor.SpanFrom(start) }])
            {
                Span = _cursor.SpanFrom(start),
            };
            return Place(new FunctionCall(niladic, []), start);
        }

        if (next == TokenKind.OpenParenthesis && (Keywords.IsReservedFunction(word) || Keywords.IsNiladic(word)))
        {
            Token token = _cursor.Next();
            Identifier name = grammar.Names.Make(token);
            return grammar.Functions.ParseCall(new QualifiedName([name]) { Span = name.Span }, start);
        }

        if (Keywords.IsReserved(word))
        {
            throw Keywords.IsLikelyName(word)
                ? grammar.Names.NotAName(_cursor.Current, "an expression")
                : _cursor.Unexpected("an expression");
        }

        return ParseName(start);
    }

    private Expression ParseMatchSemantics(int start)
    {
        bool isFinal = _cursor.Next().Text == "FINAL";
        Identifier name = grammar.Names.Identifier("a function name");
        FunctionCall call = grammar.Functions.ParseCall(new QualifiedName([name]) { Span = name.Span }, name.Span.Start);
        _cursor.Height = _cursor.CheckHeight(_cursor.Height + 1);
        return Place(new MatchSemanticsExpression(call, isFinal), start);
    }

    /// <summary>Reads a name with dots: a column, or a function when a parenthesis follows.</summary>
    private Expression ParseName(int start)
    {
        List<Identifier> parts = [grammar.Names.Identifier("a name")];
        while (_cursor.At(TokenKind.Dot) && _cursor.Peek(1).Kind != TokenKind.Star)
        {
            _cursor.Next();
            parts.Add(grammar.Names.Identifier("a name behind the dot"));
        }

        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            return grammar.Functions.ParseCall(new QualifiedName([.. parts]) { Span = _cursor.SpanFrom(start) }, start);
        }

        return Place(new ColumnReference([.. parts]), start);
    }

    private Expression ParseParenthesis(int start)
    {
        if (grammar.Queries.IsParenthesizedAhead())
        {
            return Place(new SubqueryExpression(grammar.Queries.ParseParenthesized("the subquery")), start);
        }

        _cursor.Next();
        Expression first = grammar.Expressions.Parse();
        if (!_cursor.At(TokenKind.Comma))
        {
            _cursor.Close("to close the parenthesis");
            return first;
        }

        List<Expression> elements = [first];
        while (_cursor.Accept(TokenKind.Comma))
        {
            elements.Add(grammar.Expressions.Parse());
        }

        _cursor.Close("to close the row");
        return Place(new RowConstructor([.. elements]), start);
    }

    private Expression ParseCase(int start)
    {
        _cursor.Next();
        Expression? operand = _cursor.At("WHEN") ? null : grammar.Expressions.Parse();
        List<WhenClause> whens = [];
        while (_cursor.At("WHEN"))
        {
            int from = _cursor.Next().Start;
            List<Expression> conditions = [grammar.Expressions.Parse()];

            // CASE x WHEN 1, 2 THEN y: every value is a clause of its own.
            while (operand is not null && _cursor.Accept(TokenKind.Comma))
            {
                conditions.Add(grammar.Expressions.Parse());
            }

            _cursor.Expect("THEN", " behind the condition of WHEN");
            Expression result = grammar.Expressions.Parse();
            whens.AddRange(conditions.Select(c => new WhenClause(c, result) { Span = _cursor.SpanFrom(from) }));
        }

        if (whens.Count == 0)
        {
            throw _cursor.Unexpected("WHEN", "WHEN");
        }

        Expression? otherwise = _cursor.Accept("ELSE") ? grammar.Expressions.Parse() : null;
        if (!_cursor.Accept("END"))
        {
            throw _cursor.Unexpected("END to close CASE", "END", "WHEN", "ELSE");
        }

        return Place(new CaseExpression(operand, [.. whens], otherwise), start);
    }

    private Expression ParseCast(int start)
    {
        bool isTry = _cursor.Next().Text == "TRY_CAST";
        _cursor.Open("behind CAST");
        Expression operand = grammar.Expressions.Parse();
        _cursor.Expect("AS", " before the type of CAST");
        TypeSyntax type = grammar.Types.Parse();
        StringLiteral? format = _cursor.Accept("FORMAT") ? grammar.Literals.String("the format as a string") : null;
        _cursor.Close("to close CAST");
        return Place(new CastExpression(operand, type, isTry, format), start);
    }

    /// <summary>Reads an interval literal, or a value with a unit: a number, a name, or an expression in parentheses.</summary>
    private Expression ParseInterval(int start)
    {
        if (_cursor.Peek(1).Kind == TokenKind.String
            || (_cursor.Peek(1).Kind is TokenKind.Minus or TokenKind.Plus && _cursor.Peek(2).Kind == TokenKind.String))
        {
            return grammar.Literals.Interval();
        }

        _cursor.Next();
        int signStart = _cursor.Current.Start;
        bool isNegated = _cursor.Accept(TokenKind.Minus);
        _ = !isNegated && _cursor.Accept(TokenKind.Plus);
        Token token = _cursor.Current;
        Expression operand = token.Kind switch
        {
            TokenKind.Integer or TokenKind.Decimal => grammar.Literals.Number(),
            TokenKind.OpenParenthesis => ParseParenthesis(token.Start),
            _ when NameParser.IsName(token) => ParseName(token.Start),
            _ => throw _cursor.Unexpected(
                "a string, a number, a name or '(' behind INTERVAL, as in INTERVAL '10' SECOND"),
        };
        if (isNegated)
        {
            operand = Place(new UnaryExpression(UnaryOperator.Minus, operand), signStart);
            _cursor.Height = _cursor.CheckHeight(_cursor.Height + 1);
        }

        return Place(new IntervalExpression(operand, grammar.Literals.IntervalQualifier()), start);
    }

    /// <summary>Reads an escape of JDBC: <c>{d '...'}</c>, <c>{t '...'}</c>, <c>{ts '...'}</c>, <c>{fn f(x)}</c>.</summary>
    private Expression ParseEscape(int start)
    {
        _cursor.Next();
        Expression inner = _cursor.Current.Text switch
        {
            "D" when _cursor.At(TokenKind.Word) => grammar.Literals.Temporal(TemporalKind.Date),
            "T" when _cursor.At(TokenKind.Word) => grammar.Literals.Temporal(TemporalKind.Time),
            "TS" when _cursor.At(TokenKind.Word) => grammar.Literals.Temporal(TemporalKind.Timestamp),
            "FN" when _cursor.Accept("FN") => grammar.Expressions.Parse(),
            _ => throw _cursor.Unexpected("d, t, ts or fn behind '{'"),
        };
        _cursor.Expect(TokenKind.CloseBrace, "'}' to close the escape");
        return Place(inner, start);
    }

    private Expression ParseCollection(int start)
    {
        string word = _cursor.Next().Text!;
        EquatableArray<Expression> items = ParseBrackets(word);
        return word switch
        {
            "ARRAY" => Place(new ArrayConstructor(items), start),
            "MULTISET" => Place(new MultisetConstructor(items), start),
            _ => ParseMap(items, start),
        };
    }

    private Expression? ParseCollectionQuery(int start)
    {
        if (!grammar.Queries.IsParenthesizedAhead(ahead: 1))
        {
            return null;
        }

        CollectionKind kind = _cursor.Next().Text switch
        {
            "ARRAY" => CollectionKind.Array,
            "MAP" => CollectionKind.Map,
            _ => CollectionKind.Multiset,
        };
        Query query = grammar.Queries.ParseParenthesized("the query of the collection");
        return Place(new CollectionQuery(kind, query), start);
    }

    private Expression ParseMap(EquatableArray<Expression> items, int start)
    {
        if (items.Count % 2 != 0)
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, $"MAP needs pairs of key and value: {items.Count} items.",
                _cursor.SpanFrom(start));
        }

        MapEntry[] entries = new MapEntry[items.Count / 2];
        for (int index = 0; index < entries.Length; index++)
        {
            Expression key = items[2 * index];
            Expression value = items[(2 * index) + 1];
            entries[index] = new MapEntry(key, value) { Span = SourceSpan.Cover(key.Span, value.Span) };
        }

        return Place(new MapConstructor(new EquatableArray<MapEntry>(entries)), start);
    }

    private EquatableArray<Expression> ParseBrackets(string what)
    {
        _cursor.Expect(TokenKind.OpenBracket, $"'[' behind {what}");
        if (_cursor.Accept(TokenKind.CloseBracket))
        {
            return [];
        }

        EquatableArray<Expression> items = grammar.List(grammar.Expressions.Parse);
        _cursor.Expect(TokenKind.CloseBracket, $"']' to close {what}");
        return items;
    }

    private Expression Literal(Expression literal, int start)
    {
        _cursor.Next();
        return Place(literal, start);
    }

    private Expression Place(Expression expression, int start) => expression with { Span = _cursor.SpanFrom(start) };
}
