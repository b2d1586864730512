using System;
using System.Collections.Generic;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads expressions by precedence; chains of operators are read in a loop, not by recursion.</summary>
internal sealed class ExpressionParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public Expression Parse() => Parse(Precedence.Lowest);

    /// <summary>Reads an expression that ends before AND, IN, BETWEEN and the comparisons.</summary>
    public Expression ParseOperand() => Parse(Precedence.Range + 1);

    private Expression Parse(int minimum)
    {
        int outer = _cursor.Height;
        _cursor.Height = 0;
        int start = _cursor.Current.Start;
        Expression expression = ParsePrefix();
        int height = _cursor.Height + 1;
        while (true)
        {
            _cursor.Height = 0;
            if (ParseInfix(expression, start, minimum) is not { } longer)
            {
                break;
            }

            height = _cursor.CheckHeight(Math.Max(height, _cursor.Height) + 1);
            expression = longer;
        }

        _cursor.Height = Math.Max(outer, height);
        return expression;
    }

    private Expression ParsePrefix()
    {
        _cursor.EnterNesting();
        int start = _cursor.Current.Start;
        Expression expression;
        if (_cursor.Accept("NOT"))
        {
            expression = new UnaryExpression(UnaryOperator.Not, Parse(Precedence.Not));
            expression = Place(expression, start);
        }
        else if (_cursor.At(TokenKind.Minus) || _cursor.At(TokenKind.Plus))
        {
            UnaryOperator sign = _cursor.Next().Kind == TokenKind.Minus ? UnaryOperator.Minus : UnaryOperator.Plus;
            expression = new UnaryExpression(sign, Parse(Precedence.Sign));
            expression = Place(expression, start);
        }
        else
        {
            expression = grammar.Primaries.Parse();
        }

        _cursor.LeaveNesting();
        return expression;
    }

    /// <summary>Reads one operator and what follows it; null when none that binds tightly enough is there.</summary>
    private Expression? ParseInfix(Expression left, int start, int minimum)
    {
        Token token = _cursor.Current;
        if (FindBinary(token.Kind) is { } binary)
        {
            return Precedence.Of(binary) < minimum ? null : ParseBinary(left, binary, start);
        }

        return token.Kind == TokenKind.Word ? ParseWordInfix(left, token.Text!, start, minimum) : null;
    }

    private Expression? ParseWordInfix(Expression left, string word, int start, int minimum)
    {
        switch (word)
        {
            case "OR" when minimum <= Precedence.Or:
                return ParseLogical(left, LogicalOperator.Or, "OR", Precedence.Or, start);
            case "AND" when minimum <= Precedence.And:
                return ParseLogical(left, LogicalOperator.And, "AND", Precedence.And, start);
            case "IS":
                bool isDistinct = _cursor.At("IS", "DISTINCT") || _cursor.At("IS", "NOT", "DISTINCT");
                return minimum <= (isDistinct ? Precedence.Comparison : Precedence.Is) ? ParseIs(left, start) : null;
            case "NOT" when minimum <= Precedence.Range && IsRangeWord(ahead: 1):
                _cursor.Next();
                return ParseRange(left, isNegated: true, start);
            case "MULTISET":
                return ParseMultiset(left, start, minimum);
            default:
                return minimum <= Precedence.Range && IsRangeWord(ahead: 0) ? ParseRange(left, isNegated: false, start)
                    : minimum <= Precedence.Comparison && Periods.IsAhead(_cursor) ? ParsePeriod(left, start)
                    : null;
        }
    }

    private Expression ParseBinary(Expression left, BinaryOperator binary, int start)
    {
        _cursor.Next();
        bool isComparison = Precedence.Of(binary) == Precedence.Comparison;
        if (isComparison && (_cursor.At("ANY") || _cursor.At("SOME") || _cursor.At("ALL")))
        {
            Quantifier quantifier = _cursor.Next().Text == "ALL" ? Quantifier.All : Quantifier.Any;
            if (_cursor.At(TokenKind.OpenParenthesis) && !grammar.Queries.IsParenthesizedAhead())
            {
                EquatableArray<Expression> items = grammar.Parenthesized(Parse, $"the list of {quantifier}");
                return Place(new QuantifiedListExpression(left, binary, quantifier, items), start);
            }

            Query query = grammar.Queries.ParseParenthesized("the subquery");
            return Place(new QuantifiedExpression(left, binary, quantifier, query), start);
        }

        Expression right = Parse(Precedence.Of(binary) + 1);
        return Place(new BinaryExpression(left, binary, right), start);
    }

    private Expression ParseLogical(Expression left, LogicalOperator logical, string word, int precedence, int start)
    {
        List<Expression> operands = [left];
        while (_cursor.Accept(word))
        {
            operands.Add(Parse(precedence + 1));
        }

        return Place(new LogicalExpression(logical, [.. operands]), start);
    }

    private Expression ParseIs(Expression left, int start)
    {
        _cursor.Next();
        bool isNegated = _cursor.Accept("NOT");
        if (_cursor.Accept("DISTINCT"))
        {
            _cursor.Expect("FROM", " behind DISTINCT");
            Expression right = Parse(Precedence.Comparison + 1);
            return Place(new DistinctFromExpression(left, right, isNegated), start);
        }

        IsTest test = _cursor.Current.Text switch
        {
            "NULL" => IsTest.Null,
            "TRUE" => IsTest.True,
            "FALSE" => IsTest.False,
            "UNKNOWN" => IsTest.Unknown,
            "JSON" => IsTest.JsonValue,
            "EMPTY" => IsTest.Empty,
            "A" when _cursor.At("A", "SET") => IsTest.Set,
            _ => throw _cursor.Unexpected("NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM behind IS", "NULL"),
        };
        _cursor.Accept("A");
        _cursor.Next();
        return Place(new IsExpression(left, test == IsTest.JsonValue ? ParseJsonTest() : test, isNegated), start);
    }

    private IsTest ParseJsonTest()
    {
        if (_cursor.Accept("OBJECT"))
        {
            return IsTest.JsonObject;
        }

        if (_cursor.Accept("ARRAY"))
        {
            return IsTest.JsonArray;
        }

        if (_cursor.Accept("SCALAR"))
        {
            return IsTest.JsonScalar;
        }

        _cursor.Accept("VALUE");
        return IsTest.JsonValue;
    }

    private Expression ParseRange(Expression left, bool isNegated, int start)
    {
        switch (_cursor.Next().Text)
        {
            case "BETWEEN":
                bool isSymmetric = _cursor.Accept("SYMMETRIC");
                _ = !isSymmetric && _cursor.Accept("ASYMMETRIC");
                Expression low = Parse(Precedence.Range + 1);
                _cursor.Expect("AND", " between the ends of BETWEEN");
                Expression high = Parse(Precedence.Range + 1);
                return Place(new BetweenExpression(left, low, high, isNegated, isSymmetric), start);
            case "IN":
                return ParseIn(left, isNegated, start);
            case "LIKE":
                return ParseLike(left, LikeKind.Like, isNegated, start);
            case "ILIKE":
                return ParseLike(left, LikeKind.ILike, isNegated, start);
            case "RLIKE":
                return ParseLike(left, LikeKind.RLike, isNegated, start);
            case "MEMBER":
                _cursor.Next();
                return ParseMembership(left, isSubmultiset: false, isNegated, start);
            case "SUBMULTISET":
                _cursor.Next();
                return ParseMembership(left, isSubmultiset: true, isNegated, start);
            default:
                _cursor.Expect("TO", " behind SIMILAR");
                return ParseLike(left, LikeKind.SimilarTo, isNegated, start);
        }
    }

    private Expression ParseMembership(Expression left, bool isSubmultiset, bool isNegated, int start)
    {
        Expression collection = Parse(Precedence.Range + 1);
        return Place(new MembershipExpression(left, collection, isSubmultiset, isNegated), start);
    }

    private Expression? ParseMultiset(Expression left, int start, int minimum)
    {
        SetOperator? found = _cursor.Peek(1).Text switch
        {
            "UNION" => SetOperator.Union,
            "INTERSECT" => SetOperator.Intersect,
            "EXCEPT" => SetOperator.Except,
            _ => null,
        };
        if (found is not { } set || _cursor.Peek(1).Kind != TokenKind.Word || Precedence.Of(set) < minimum)
        {
            return null;
        }

        _cursor.Next();
        _cursor.Next();
        bool isAll = _cursor.Accept("ALL");
        _ = !isAll && _cursor.Accept("DISTINCT");
        Expression right = Parse(Precedence.Of(set) + 1);
        return Place(new MultisetOperation(left, set, isAll, right), start);
    }

    private Expression ParsePeriod(Expression left, int start)
    {
        PeriodPredicate predicate = Periods.Parse(_cursor);
        Expression right = Parse(Precedence.Comparison + 1);
        return Place(new PeriodExpression(left, predicate, right), start);
    }

    private Expression ParseIn(Expression left, bool isNegated, int start)
    {
        if (grammar.Queries.IsParenthesizedAhead())
        {
            Query query = grammar.Queries.ParseParenthesized("the subquery");
            return Place(new InQueryExpression(left, query, isNegated), start);
        }

        EquatableArray<Expression> items = grammar.Parenthesized(Parse, "the list of IN");
        return Place(new InListExpression(left, items, isNegated), start);
    }

    private Expression ParseLike(Expression left, LikeKind kind, bool isNegated, int start)
    {
        Expression pattern = Parse(Precedence.Range + 1);
        Expression? escape = _cursor.Accept("ESCAPE") ? Parse(Precedence.Range + 1) : null;
        return Place(new LikeExpression(left, kind, pattern, escape, isNegated), start);
    }

    private Expression Place(Expression expression, int start) => expression with { Span = _cursor.SpanFrom(start) };

    private bool IsRangeWord(int ahead)
    {
        Token token = _cursor.Peek(ahead);
        return token.Kind == TokenKind.Word && token.Text switch
        {
            "BETWEEN" or "IN" or "LIKE" or "SIMILAR" or "ILIKE" or "RLIKE" => true,
            "MEMBER" or "SUBMULTISET" => TokenCursor.IsWord(_cursor.Peek(ahead + 1), "OF"),
            _ => false,
        };
    }

    private static BinaryOperator? FindBinary(TokenKind kind) => kind switch
    {
        TokenKind.Plus => BinaryOperator.Add,
        TokenKind.Minus => BinaryOperator.Subtract,
        TokenKind.Star => BinaryOperator.Multiply,
        TokenKind.Slash => BinaryOperator.Divide,
        TokenKind.Percent => BinaryOperator.Modulo,
        TokenKind.Concat => BinaryOperator.Concat,
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.LessThan => BinaryOperator.LessThan,
        TokenKind.LessThanOrEqual => BinaryOperator.LessThanOrEqual,
        TokenKind.GreaterThan => BinaryOperator.GreaterThan,
        TokenKind.GreaterThanOrEqual => BinaryOperator.GreaterThanOrEqual,
        _ => null,
    };
}
