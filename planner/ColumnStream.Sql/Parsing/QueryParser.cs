using System;
using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads queries: common tables, set operations, SELECT, VALUES, TABLE, order and limit.</summary>
internal sealed class QueryParser(Grammar grammar)
{
    private const int HeightOfQuery = 6;

    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Says whether the current token begins a query that has no parenthesis around it.</summary>
    public bool IsQueryAhead() => IsQueryStart(_cursor.Index);

    /// <summary>Says whether the current token opens a parenthesis that holds a query and nothing else.</summary>
    public bool IsParenthesizedAhead(int ahead = 0)
    {
        int first = _cursor.Index + ahead;
        int outer = first;
        while (true)
        {
            if (_cursor.TokenAt(outer).Kind != TokenKind.OpenParenthesis || outer - first > SqlLimits.MaxNesting)
            {
                return false;
            }

            Token inside = _cursor.TokenAt(outer + 1);
            if (inside.Kind != TokenKind.OpenParenthesis)
            {
                return IsQueryStart(outer + 1);
            }

            int closing = _cursor.FindClosing(outer + 1);
            Token behind = closing < 0 ? inside : _cursor.TokenAt(closing + 1);
            if (behind.Kind == TokenKind.Word && behind.Text is "UNION" or "INTERSECT" or "EXCEPT" or "MINUS" or "ORDER"
                or "LIMIT" or "OFFSET" or "FETCH")
            {
                return true;
            }

            if (behind.Kind != TokenKind.CloseParenthesis)
            {
                return false;
            }

            outer++;
        }
    }

    /// <summary>Reads a query in parentheses; <paramref name="what"/> names it in errors.</summary>
    public Query ParseParenthesized(string what)
    {
        _cursor.Open($"to open {what}");
        Query query = Parse();
        _cursor.Close($"to close {what}");
        return query;
    }

    public Query Parse()
    {
        _cursor.EnterNesting();
        int outer = _cursor.Height;
        _cursor.Height = 0;
        int start = _cursor.Current.Start;
        EquatableArray<CommonTable> with = [];
        bool isRecursive = false;
        if (_cursor.Accept("WITH"))
        {
            isRecursive = _cursor.Accept("RECURSIVE");
            with = grammar.List(ParseCommonTable);
        }

        QueryBody body = ParseSetOperation();
        EquatableArray<OrderItem> order = _cursor.At("ORDER") ? ParseOrderBy() : [];
        (Expression? offset, Expression? limit) = ParseLimit();
        bool isWrapped = with.IsEmpty && order.IsEmpty && offset is null && limit is null;
        Query query = isWrapped && body is NestedQuery nested
            ? nested.Query
            : new Query(with, body, order, offset, limit, isRecursive) { Span = _cursor.SpanFrom(start) };
        _cursor.Height = Math.Max(outer, _cursor.CheckHeight(_cursor.Height + HeightOfQuery));
        _cursor.LeaveNesting();
        return query;
    }

    public EquatableArray<OrderItem> ParseOrderBy()
    {
        _cursor.Next();
        _cursor.Expect("BY", " behind ORDER");
        return grammar.List(ParseOrderItem);
    }

    /// <summary>Reads the order of a table argument: one item, or a list in parentheses, since a comma ends it.</summary>
    public EquatableArray<OrderItem> ParseTableOrder()
    {
        _cursor.Next();
        _cursor.Expect("BY", " behind ORDER");
        return _cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(ParseOrderItem, "ORDER BY")
            : [ParseOrderItem()];
    }

    private bool IsQueryStart(int index)
    {
        Token token = _cursor.TokenAt(index);
        return token.Kind == TokenKind.Word && (token.Text is "SELECT" or "WITH" or "VALUES"
            || (token.Text == "TABLE" && _cursor.TokenAt(index + 1).Kind != TokenKind.OpenParenthesis));
    }

    private CommonTable ParseCommonTable()
    {
        int start = _cursor.Current.Start;
        Identifier name = grammar.Names.Identifier("the name of a common table");
        EquatableArray<Identifier> columns = _cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list")
            : [];
        _cursor.Expect("AS", " behind the name of a common table");
        Query query = ParseParenthesized("the common table");
        return new CommonTable(name, columns, query) { Span = _cursor.SpanFrom(start) };
    }

    private OrderItem ParseOrderItem()
    {
        int start = _cursor.Current.Start;
        Expression expression = grammar.Expressions.Parse();
        bool isDescending = _cursor.Accept("DESC");
        _ = !isDescending && _cursor.Accept("ASC");
        NullOrder nulls = NullOrder.Default;
        if (_cursor.Accept("NULLS"))
        {
            nulls = _cursor.Accept("FIRST") ? NullOrder.First : NullOrder.Last;
            if (nulls == NullOrder.Last)
            {
                _cursor.Expect("LAST", " or FIRST behind NULLS");
            }
        }

        return new OrderItem(expression, isDescending, nulls) { Span = _cursor.SpanFrom(start) };
    }

    private (Expression? Offset, Expression? Limit) ParseLimit()
    {
        Expression? offset = null;
        Expression? limit = null;
        bool hasAll = false;
        while (true)
        {
            if (!hasAll && limit is null && _cursor.Accept("LIMIT"))
            {
                hasAll = _cursor.Accept("ALL");
                limit = hasAll ? null : grammar.Expressions.Parse();
            }
            else if (offset is null && _cursor.Accept("OFFSET"))
            {
                offset = grammar.Expressions.Parse();
                AcceptRows();
            }
            else if (!hasAll && limit is null && _cursor.Accept("FETCH"))
            {
                if (!_cursor.Accept("FIRST"))
                {
                    _cursor.Expect("NEXT", " or FIRST behind FETCH");
                }

                limit = _cursor.At("ROW") || _cursor.At("ROWS")
                    ? new ExactNumericLiteral(1, 1, 0) { Span = _cursor.Current.Span }
                    : grammar.Expressions.Parse();
                AcceptRows();
                _cursor.Expect("ONLY", " to end FETCH");
            }
            else
            {
                return (offset, limit);
            }
        }
    }

    private void AcceptRows()
    {
        _ = _cursor.Accept("ROWS") || _cursor.Accept("ROW");
    }

    /// <summary>Reads UNION and EXCEPT, which are equal and bind from the left.</summary>
    private QueryBody ParseSetOperation() => ParseChain(ParseIntersection, token => token.Text switch
    {
        "UNION" => SetOperator.Union,
        "EXCEPT" or "MINUS" => SetOperator.Except,
        _ => null,
    });

    private QueryBody ParseIntersection() => ParseChain(
        ParseBody,
        token => token.Text == "INTERSECT" ? SetOperator.Intersect : null);

    private QueryBody ParseChain(Func<QueryBody> operand, Func<Token, SetOperator?> find)
    {
        int outer = _cursor.Height;
        _cursor.Height = 0;
        int start = _cursor.Current.Start;
        QueryBody body = operand();
        int height = _cursor.Height;
        while (_cursor.At(TokenKind.Word) && find(_cursor.Current) is { } set)
        {
            _cursor.Next();
            bool isAll = _cursor.Accept("ALL");
            _ = !isAll && _cursor.Accept("DISTINCT");
            _cursor.Height = 0;
            QueryBody right = operand();
            body = new SetOperation(body, set, isAll, right) { Span = _cursor.SpanFrom(start) };
            height = _cursor.CheckHeight(Math.Max(height, _cursor.Height) + 1);
        }

        _cursor.Height = Math.Max(outer, height);
        return body;
    }

    private QueryBody ParseBody()
    {
        int start = _cursor.Current.Start;
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            Query query = ParseParenthesized("the query");
            bool isPlain = query.With.IsEmpty && query.OrderBy.IsEmpty && query.Limit is null && query.Offset is null;
            return isPlain ? query.Body : new NestedQuery(query) { Span = _cursor.SpanFrom(start) };
        }

        if (_cursor.At("SELECT"))
        {
            return ParseSelect();
        }

        if (_cursor.Accept("VALUES"))
        {
            return new ValuesBody(grammar.List(ParseRow)) { Span = _cursor.SpanFrom(start) };
        }

        if (_cursor.Accept("TABLE"))
        {
            return new TableBody(grammar.Names.Qualified("a table name")) { Span = _cursor.SpanFrom(start) };
        }

        throw _cursor.Unexpected("a query: SELECT, VALUES, TABLE or WITH", "SELECT", "VALUES", "TABLE", "WITH");
    }

    private RowConstructor ParseRow()
    {
        Expression row = grammar.Expressions.Parse();
        return row as RowConstructor ?? new RowConstructor([row]) { Span = row.Span };
    }

    private SelectBody ParseSelect()
    {
        int start = _cursor.Next().Start;
        EquatableArray<Hint> hints = grammar.Hints.Parse();
        bool isDistinct = _cursor.Accept("DISTINCT");
        _ = !isDistinct && _cursor.Accept("ALL");
        EquatableArray<SelectItem> items = grammar.List(ParseItem);
        TableReference? from = _cursor.Accept("FROM") ? grammar.Tables.ParseFrom() : null;
        Expression? where = _cursor.Accept("WHERE") ? grammar.Expressions.Parse() : null;
        GroupByClause? group = _cursor.At("GROUP") ? grammar.Groupings.Parse() : null;
        Expression? having = _cursor.Accept("HAVING") ? grammar.Expressions.Parse() : null;
        EquatableArray<NamedWindow> windows = _cursor.Accept("WINDOW") ? grammar.List(grammar.Windows.ParseNamed) : [];
        Expression? qualify = _cursor.Accept("QUALIFY") ? grammar.Expressions.Parse() : null;
        return new SelectBody(items, from, where, group, having, windows, qualify, isDistinct, hints)
        {
            Span = _cursor.SpanFrom(start),
        };
    }

    private SelectItem ParseItem()
    {
        int start = _cursor.Current.Start;
        if (_cursor.Accept(TokenKind.Star))
        {
            return new StarItem(null) { Span = _cursor.SpanFrom(start) };
        }

        if (IsQualifiedStarAhead())
        {
            return ParseQualifiedStar(start);
        }

        Expression expression = grammar.Expressions.Parse();
        Identifier? alias = null;
        if (_cursor.Accept("AS"))
        {
            alias = grammar.Names.Identifier("an alias behind AS");
        }
        else if (NameParser.IsName(_cursor.Current))
        {
            alias = grammar.Names.Identifier("an alias");
            _cursor.MarkAlias();
        }

        return new ExpressionItem(expression, alias) { Span = _cursor.SpanFrom(start) };
    }

    private bool IsQualifiedStarAhead()
    {
        int ahead = 0;
        while (NameParser.IsName(_cursor.Peek(ahead)) && _cursor.Peek(ahead + 1).Kind == TokenKind.Dot)
        {
            ahead += 2;
        }

        return ahead > 0 && _cursor.Peek(ahead).Kind == TokenKind.Star;
    }

    private StarItem ParseQualifiedStar(int start)
    {
        List<Identifier> parts = [];
        while (!_cursor.At(TokenKind.Star))
        {
            parts.Add(grammar.Names.Identifier("a table name"));
            _cursor.Next();
        }

        Identifier last = parts[^1];
        QualifiedName name = new([.. parts]) { Span = SourceSpan.FromBounds(start, last.Span.End) };
        _cursor.Next();
        return new StarItem(name) { Span = _cursor.SpanFrom(start) };
    }
}
