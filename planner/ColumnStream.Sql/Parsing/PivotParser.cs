using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads PIVOT, UNPIVOT and TABLESAMPLE.</summary>
internal sealed class PivotParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Says whether PIVOT or UNPIVOT stands here with its parenthesis, and not as an alias.</summary>
    public bool IsAhead() => (_cursor.At("PIVOT") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis) || (_cursor.At("UNPIVOT")
        && (_cursor.Peek(1).Kind == TokenKind.OpenParenthesis || TokenCursor.IsWord(_cursor.Peek(2), "NULLS")));

    /// <summary>Reads from the word on to the closing parenthesis; the alias is read by the caller.</summary>
    public TableReference Parse(TableReference input) => _cursor.Next().Text == "PIVOT" ? ParsePivot(input) : ParseUnpivot(input);

    public SampledTable ParseSample(TableReference input)
    {
        _cursor.Next();
        SampleMethod method = _cursor.Accept("BERNOULLI") ? SampleMethod.Bernoulli
            : _cursor.Accept("SYSTEM") ? SampleMethod.System
            : SampleMethod.Substitute;
        if (method == SampleMethod.Substitute)
        {
            _cursor.Expect("SUBSTITUTE", ", BERNOULLI or SYSTEM behind TABLESAMPLE");
        }

        _cursor.Open($"behind {_cursor.Previous.Text}");
        Expression amount = method == SampleMethod.Substitute
            ? grammar.Literals.String("a name as a string")
            : grammar.Expressions.Parse();
        _cursor.Close("to close TABLESAMPLE");
        Expression? seed = null;
        if (method != SampleMethod.Substitute && _cursor.Accept("REPEATABLE"))
        {
            _cursor.Open("behind REPEATABLE");
            seed = grammar.Expressions.Parse();
            _cursor.Close("to close REPEATABLE");
        }

        return new SampledTable(input, method, amount, seed);
    }

    private PivotTable ParsePivot(TableReference input)
    {
        _cursor.Open("behind PIVOT");
        EquatableArray<ExpressionItem> aggregates = grammar.List(ParseAggregate);
        _cursor.Expect("FOR", " behind the aggregates of PIVOT");
        EquatableArray<Identifier> axes = ParseNames();
        _cursor.Expect("IN", " behind the axes of PIVOT");
        EquatableArray<PivotValue> values = grammar.Parenthesized(ParseValue, "the values of PIVOT");
        _cursor.Close("to close PIVOT");
        return new PivotTable(input, aggregates, axes, values);
    }

    private UnpivotTable ParseUnpivot(TableReference input)
    {
        NullTreatment nulls = _cursor.Accept("INCLUDE", "NULLS") ? NullTreatment.Respect
            : _cursor.Accept("EXCLUDE", "NULLS") ? NullTreatment.Ignore
            : NullTreatment.Default;
        _cursor.Open("behind UNPIVOT");
        EquatableArray<Identifier> measures = ParseNames();
        _cursor.Expect("FOR", " behind the measures of UNPIVOT");
        EquatableArray<Identifier> axes = ParseNames();
        _cursor.Expect("IN", " behind the axes of UNPIVOT");
        EquatableArray<PivotValue> columns = grammar.Parenthesized(ParseValue, "the columns of UNPIVOT");
        _cursor.Close("to close UNPIVOT");
        return new UnpivotTable(input, measures, axes, columns, nulls);
    }

    private EquatableArray<Identifier> ParseNames() => _cursor.At(TokenKind.OpenParenthesis)
        ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list")
        : [grammar.Names.Identifier("a column name")];

    private ExpressionItem ParseAggregate()
    {
        int start = _cursor.Current.Start;
        Expression aggregate = grammar.Expressions.Parse();
        bool hasAs = _cursor.Accept("AS");
        Identifier? alias = hasAs || NameParser.IsName(_cursor.Current) ? grammar.Names.Identifier("an alias") : null;
        return new ExpressionItem(aggregate, alias) { Span = _cursor.SpanFrom(start) };
    }

    private PivotValue ParseValue()
    {
        int start = _cursor.Current.Start;
        Expression value = grammar.Expressions.Parse();
        bool hasAs = _cursor.Accept("AS");
        Expression? alias = hasAs || NameParser.IsName(_cursor.Current) ? grammar.Expressions.Parse() : null;
        return new PivotValue(value is RowConstructor row ? row.Elements : [value], alias) { Span = _cursor.SpanFrom(start) };
    }
}
