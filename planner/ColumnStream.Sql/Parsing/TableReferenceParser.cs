using System;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads what FROM names: tables, queries, table functions, UNNEST and joins of them.</summary>
internal sealed class TableReferenceParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads the references of FROM; a comma is a cross join that binds less than JOIN.</summary>
    public TableReference ParseFrom()
    {
        int outer = _cursor.Height;
        _cursor.Height = 0;
        int start = _cursor.Current.Start;
        TableReference table = ParseJoins();
        int height = _cursor.Height;
        while (_cursor.Accept(TokenKind.Comma))
        {
            _cursor.Height = 0;
            TableReference right = ParseJoins();
            table = new JoinTable(table, JoinKind.Cross, right) { Span = _cursor.SpanFrom(start) };
            height = _cursor.CheckHeight(Math.Max(height, _cursor.Height) + 1);
        }

        _cursor.Height = Math.Max(outer, height);
        return table;
    }

    /// <summary>Reads what follows TABLE in an argument: a name, or a query in parentheses.</summary>
    public TableReference ParseArgument()
    {
        int start = _cursor.Current.Start;
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            return new DerivedTable(grammar.Queries.ParseParenthesized("the query"))
            {
                Span = _cursor.SpanFrom(start),
            };
        }

        QualifiedName name = grammar.Names.Qualified("a table name behind TABLE");
        EquatableArray<Hint> hints = grammar.Hints.Parse();
        return new NamedTable(name, Hints: hints) { Span = _cursor.SpanFrom(start) };
    }

    private TableReference ParseJoins()
    {
        int outer = _cursor.Height;
        _cursor.Height = 0;
        int start = _cursor.Current.Start;
        TableReference table = ParsePrimary();
        int height = _cursor.Height;
        while (true)
        {
            bool isAsof = IsAsofAhead() && _cursor.Accept("ASOF");
            bool isNatural = !isAsof && _cursor.Accept("NATURAL");
            if (ParseKind(isNatural) is not { } kind)
            {
                break;
            }

            _cursor.Height = 0;
            JoinTable join = new(table, kind, ParsePrimary(), IsNatural: isNatural, IsAsof: isAsof);
            table = ParseCondition(join) with { Span = _cursor.SpanFrom(start) };
            height = _cursor.CheckHeight(Math.Max(height, _cursor.Height) + 1);
        }

        _cursor.Height = Math.Max(outer, height);
        return table;
    }

    /// <summary>Tells whether ASOF stands before a join here; elsewhere it is a name like any other.</summary>
    private bool IsAsofAhead() => _cursor.At("ASOF", "JOIN") || _cursor.At("ASOF", "INNER", "JOIN")
        || _cursor.At("ASOF", "LEFT", "JOIN") || _cursor.At("ASOF", "LEFT", "OUTER");

    private JoinKind? ParseKind(bool isNatural)
    {
        JoinKind kind = JoinKind.Inner;
        if (_cursor.At("LEFT") || _cursor.At("RIGHT") || _cursor.At("FULL"))
        {
            kind = _cursor.Next().Text switch
            {
                "LEFT" => JoinKind.Left,
                "RIGHT" => JoinKind.Right,
                _ => JoinKind.Full,
            };
            _cursor.Accept("OUTER");
        }
        else if (!isNatural && _cursor.Accept("CROSS"))
        {
            kind = JoinKind.Cross;
        }
        else if (!_cursor.Accept("INNER") && !_cursor.At("JOIN"))
        {
            return isNatural ? throw _cursor.Unexpected("JOIN behind NATURAL", "JOIN") : null;
        }

        _cursor.Expect("JOIN");
        return kind;
    }

    private JoinTable ParseCondition(JoinTable join)
    {
        if (join.Kind == JoinKind.Cross || join.IsNatural)
        {
            return join;
        }

        if (_cursor.Accept("ON"))
        {
            return join with { On = grammar.Expressions.Parse() };
        }

        if (_cursor.Accept("USING"))
        {
            return join with
            {
                Using = grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the columns of USING"),
            };
        }

        throw _cursor.Unexpected("ON or USING behind JOIN", "ON", "USING");
    }

    /// <summary>Reads a reference with what may stand behind it: patterns, pivots, samples.</summary>
    private TableReference ParsePrimary()
    {
        int start = _cursor.Current.Start;
        TableReference table = ParseBare();
        int height = _cursor.Height;
        while (ParseSuffix(table) is { } longer)
        {
            table = longer with { Span = _cursor.SpanFrom(start) };
            height = _cursor.CheckHeight(Math.Max(height, _cursor.Height) + 2);
            _cursor.Height = height;
        }

        return table;
    }

    private TableReference? ParseSuffix(TableReference table)
    {
        if (_cursor.At("MATCH_RECOGNIZE"))
        {
            MatchRecognizeTable match = grammar.Patterns.Parse(table);
            return match with { Alias = ParseAlias() };
        }

        if (grammar.Pivots.IsAhead())
        {
            return grammar.Pivots.Parse(table) switch
            {
                PivotTable pivot => pivot with { Alias = ParseAlias() },
                UnpivotTable unpivot => unpivot with { Alias = ParseAlias() },
                var other => other,
            };
        }

        return _cursor.At("TABLESAMPLE") ? grammar.Pivots.ParseSample(table) : null;
    }

    private TableReference ParseBare()
    {
        int start = _cursor.Current.Start;
        bool isLateral = _cursor.Accept("LATERAL");
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            return ParseParenthesis(isLateral, start);
        }

        if (_cursor.Accept("UNNEST"))
        {
            EquatableArray<Expression> operands = grammar.Parenthesized(grammar.Expressions.Parse, "UNNEST");
            bool withOrdinality = _cursor.Accept("WITH", "ORDINALITY");
            TableAlias? alias = ParseAlias();
            return new UnnestTable(operands, withOrdinality, alias, isLateral) { Span = _cursor.SpanFrom(start) };
        }

        if (_cursor.Accept("TABLE"))
        {
            return ParseTable(isLateral, start);
        }

        QualifiedName name = grammar.Names.Qualified("a table");
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            FunctionCall call = ParseCall(name);
            return new FunctionTable(call, ParseAlias(), isLateral) { Span = _cursor.SpanFrom(start) };
        }

        return ParseNamed(name, start);
    }

    /// <summary>Reads <c>TABLE(f(x))</c> behind its first word, or <c>TABLE t</c>, which is t.</summary>
    private TableReference ParseTable(bool isLateral, int start)
    {
        if (!isLateral && NameParser.IsName(_cursor.Current))
        {
            return ParseNamed(grammar.Names.Qualified("a table name behind TABLE"), start);
        }

        _cursor.Open("behind TABLE");
        FunctionCall call = ParseFunction();
        _cursor.Close("to close TABLE");
        return new FunctionTable(call, ParseAlias(), isLateral) { Span = _cursor.SpanFrom(start) };
    }

    private NamedTable ParseNamed(QualifiedName name, int start)
    {
        EquatableArray<Hint> hints = grammar.Hints.Parse();
        Expression? time = null;
        if (_cursor.At("FOR", "SYSTEM_TIME"))
        {
            _cursor.Next();
            _cursor.Next();
            _cursor.Expect("AS", " behind SYSTEM_TIME");
            _cursor.Expect("OF", " behind AS");
            time = grammar.Expressions.ParseOperand();
        }

        TableAlias? alias = ParseAlias();
        hints = hints.IsEmpty ? grammar.Hints.Parse() : hints;
        return new NamedTable(name, alias, hints, time) { Span = _cursor.SpanFrom(start) };
    }

    private FunctionCall ParseFunction() => ParseCall(grammar.Names.Qualified("a table function"));

    private FunctionCall ParseCall(QualifiedName name)
    {
        _cursor.EnterNesting();
        FunctionCall call = grammar.Functions.ParseCall(name, name.Span.Start);
        _cursor.LeaveNesting();
        return call;
    }

    private TableReference ParseParenthesis(bool isLateral, int start)
    {
        if (isLateral || grammar.Queries.IsParenthesizedAhead())
        {
            Query query = grammar.Queries.ParseParenthesized("the subquery");
            TableAlias? alias = ParseAlias();
            return new DerivedTable(query, alias, isLateral) { Span = _cursor.SpanFrom(start) };
        }

        _cursor.EnterNesting();
        _cursor.Next();
        TableReference table = ParseFrom();
        _cursor.Close("to close the joined tables");
        _cursor.LeaveNesting();
        return table;
    }

    private TableAlias? ParseAlias()
    {
        int start = _cursor.Current.Start;
        bool hasAs = _cursor.Accept("AS");
        if (!hasAs && (!NameParser.IsName(_cursor.Current) || grammar.Pivots.IsAhead() || IsAsofAhead()))
        {
            return null;
        }

        Identifier name = grammar.Names.Identifier(hasAs ? "an alias behind AS" : "an alias");
        if (!hasAs)
        {
            _cursor.MarkAlias();
        }

        EquatableArray<Identifier> columns = _cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column alias"), "the column aliases")
            : [];
        return new TableAlias(name, columns) { Span = _cursor.SpanFrom(start) };
    }
}
