using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the windows of OVER and WINDOW.</summary>
internal sealed class WindowParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads what follows OVER: a name, or a window in parentheses.</summary>
    public WindowSpecification ParseOver()
    {
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            return ParseSpecification();
        }

        Identifier name = grammar.Names.Identifier("'(' or a window name behind OVER");
        return new WindowSpecification(name, [], [], null) { Span = name.Span };
    }

    public NamedWindow ParseNamed()
    {
        int start = _cursor.Current.Start;
        Identifier name = grammar.Names.Identifier("a window name");
        _cursor.Expect("AS", " behind the window name");
        return new NamedWindow(name, ParseSpecification()) { Span = _cursor.SpanFrom(start) };
    }

    private WindowSpecification ParseSpecification()
    {
        int start = _cursor.Current.Start;
        _cursor.Open("to open the window");
        Identifier? reference = NameParser.IsName(_cursor.Current) ? grammar.Names.Identifier("a window name") : null;
        EquatableArray<Expression> partition = [];
        if (_cursor.Accept("PARTITION", "BY"))
        {
            partition = grammar.List(grammar.Expressions.Parse);
        }

        EquatableArray<OrderItem> order = _cursor.At("ORDER") ? grammar.Queries.ParseOrderBy() : [];
        WindowFrame? frame = _cursor.At("ROWS") || _cursor.At("RANGE") ? ParseFrame() : null;
        _cursor.Close("to close the window");
        return new WindowSpecification(reference, partition, order, frame) { Span = _cursor.SpanFrom(start) };
    }

    private WindowFrame ParseFrame()
    {
        Token token = _cursor.Next();
        FrameUnit unit = token.Text == "ROWS" ? FrameUnit.Rows : FrameUnit.Range;
        if (!_cursor.Accept("BETWEEN"))
        {
            FrameBound only = ParseBound();
            return new WindowFrame(unit, only, null, ParseExclusion()) { Span = _cursor.SpanFrom(token.Start) };
        }

        FrameBound first = ParseBound();
        _cursor.Expect("AND", " between the ends of the frame");
        FrameBound last = ParseBound();
        return new WindowFrame(unit, first, last, ParseExclusion()) { Span = _cursor.SpanFrom(token.Start) };
    }

    private FrameExclusion ParseExclusion()
    {
        if (!_cursor.Accept("EXCLUDE") || _cursor.Accept("NO", "OTHERS"))
        {
            return FrameExclusion.None;
        }

        return _cursor.Accept("CURRENT", "ROW") ? FrameExclusion.CurrentRow
            : _cursor.Accept("GROUP") ? FrameExclusion.Group
            : _cursor.Accept("TIES") ? FrameExclusion.Ties
            : throw _cursor.Unexpected("CURRENT ROW, GROUP, TIES or NO OTHERS behind EXCLUDE", "GROUP", "TIES");
    }

    private FrameBound ParseBound()
    {
        int start = _cursor.Current.Start;
        if (_cursor.Accept("CURRENT", "ROW"))
        {
            return Place(FrameBoundKind.CurrentRow, null, start);
        }

        if (_cursor.Accept("UNBOUNDED", "PRECEDING"))
        {
            return Place(FrameBoundKind.UnboundedPreceding, null, start);
        }

        if (_cursor.Accept("UNBOUNDED", "FOLLOWING"))
        {
            return Place(FrameBoundKind.UnboundedFollowing, null, start);
        }

        Expression offset = grammar.Expressions.ParseOperand();
        if (_cursor.Accept("PRECEDING"))
        {
            return Place(FrameBoundKind.Preceding, offset, start);
        }

        _cursor.Expect("FOLLOWING", " or PRECEDING behind the distance");
        return Place(FrameBoundKind.Following, offset, start);
    }

    private FrameBound Place(FrameBoundKind kind, Expression? offset, int start) =>
        new(kind, offset) { Span = _cursor.SpanFrom(start) };
}
