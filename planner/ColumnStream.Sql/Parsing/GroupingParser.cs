using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads GROUP BY with its grouping sets.</summary>
internal sealed class GroupingParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public GroupByClause Parse()
    {
        int start = _cursor.Next().Start;
        _cursor.Expect("BY", " behind GROUP");
        bool isDistinct = _cursor.Accept("DISTINCT");
        EquatableArray<GroupingElement> elements = grammar.List(ParseElement);
        return new GroupByClause(elements, isDistinct) { Span = _cursor.SpanFrom(start) };
    }

    private GroupingElement ParseElement()
    {
        _cursor.EnterNesting();
        int start = _cursor.Current.Start;
        GroupingElement element;
        if (_cursor.Accept("GROUPING", "SETS"))
        {
            element = new GroupingSetsGrouping(grammar.Parenthesized(ParseElement, "GROUPING SETS"));
        }
        else if (_cursor.Accept("ROLLUP"))
        {
            element = new RollupGrouping(grammar.Parenthesized(ParseSet, "ROLLUP"));
        }
        else if (_cursor.Accept("CUBE"))
        {
            element = new CubeGrouping(grammar.Parenthesized(ParseSet, "CUBE"));
        }
        else
        {
            element = ParseSet();
        }

        _cursor.Height = _cursor.CheckHeight(_cursor.Height + 1);
        _cursor.LeaveNesting();
        return element with { Span = _cursor.SpanFrom(start) };
    }

    /// <summary>Reads an expression, a list in parentheses, or <c>()</c>.</summary>
    private GroupingSet ParseSet()
    {
        Token first = _cursor.Current;
        if (first.Kind == TokenKind.OpenParenthesis && _cursor.Peek(1).Kind == TokenKind.CloseParenthesis)
        {
            _cursor.Next();
            _cursor.Next();
            return new GroupingSet([]) { Span = _cursor.SpanFrom(first.Start) };
        }

        Expression expression = grammar.Expressions.Parse();
        bool isList = expression is RowConstructor && expression.Span.Start == first.Start
            && first.Kind == TokenKind.OpenParenthesis;
        return new GroupingSet(isList ? ((RowConstructor)expression).Elements : [expression])
        {
            Span = _cursor.SpanFrom(first.Start),
        };
    }
}
