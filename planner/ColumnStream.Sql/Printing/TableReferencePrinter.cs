using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints what FROM names, hints and options.</summary>
internal sealed class TableReferencePrinter(QueryPrinter queries)
{
    private readonly SqlWriter _writer = queries.Writer;

    public void Print(TableReference table)
    {
        switch (table)
        {
            case NamedTable named:
                PrintNamed(named);
                break;
            case DerivedTable derived:
                _writer.AddIf(derived.IsLateral, "LATERAL ");
                queries.PrintParenthesized(derived.Query);
                PrintAlias(derived.Alias);
                break;
            case FunctionTable function:
                _writer.AddIf(function.IsLateral, "LATERAL ").Add("TABLE(");
                queries.Expressions.Functions.Print(function.Call);
                _writer.Add(")");
                PrintAlias(function.Alias);
                break;
            case UnnestTable unnest:
                _writer.AddIf(unnest.IsLateral, "LATERAL ").Add("UNNEST(");
                _writer.List(unnest.Operands, queries.Expressions.Print).Add(")");
                _writer.AddIf(unnest.WithOrdinality, " WITH ORDINALITY");
                PrintAlias(unnest.Alias);
                break;
            case JoinTable join:
                PrintJoin(join);
                break;
            case SampledTable or PivotTable or UnpivotTable or MatchRecognizeTable:
                new TableSuffixPrinter(queries).Print(table);
                break;
        }
    }

    public void PrintHints(EquatableArray<Hint> hints) => _writer.Add("/*+ ").List(hints, PrintHint).Add(" */");

    public void PrintOptions(EquatableArray<TableOption> options) => _writer.Add("(").List(options, PrintOption).Add(")");

    public void PrintOption(TableOption option) =>
        _writer.String(option.Key.Value).Add(" = ").String(option.Value.Value);

    private void PrintNamed(NamedTable named)
    {
        _writer.Name(named.Name);
        if (!named.Hints.IsEmpty)
        {
            _writer.Add(" ");
            PrintHints(named.Hints);
        }

        if (named.SystemTime is { } time)
        {
            _writer.Add(" FOR SYSTEM_TIME AS OF ");
            queries.Expressions.Print(time, Precedence.Range + 1);
        }

        PrintAlias(named.Alias);
    }

    public void PrintAlias(TableAlias? alias)
    {
        if (alias is null)
        {
            return;
        }

        _writer.Add(" AS ").Name(alias.Name);
        if (!alias.Columns.IsEmpty)
        {
            _writer.Names(alias.Columns);
        }
    }

    private void PrintJoin(JoinTable join)
    {
        Print(join.Left);
        _writer.AddIf(join.IsNatural, " NATURAL").AddIf(join.IsAsof, " ASOF").Add(join.Kind switch
        {
            JoinKind.Inner => " JOIN ",
            JoinKind.Left => " LEFT JOIN ",
            JoinKind.Right => " RIGHT JOIN ",
            JoinKind.Full => " FULL JOIN ",
            _ => " CROSS JOIN ",
        });
        bool isWrapped = join.Right is JoinTable;
        _writer.AddIf(isWrapped, "(");
        Print(join.Right);
        _writer.AddIf(isWrapped, ")");
        if (join.On is { } condition)
        {
            _writer.Add(" ON ");
            queries.Expressions.Print(condition);
        }

        if (!join.Using.IsEmpty)
        {
            _writer.Add(" USING ").Names(join.Using);
        }
    }

    private void PrintHint(Hint hint)
    {
        _writer.Add(hint.Name.Value);
        if (hint.Options.IsEmpty && hint.Arguments.IsEmpty)
        {
            return;
        }

        _writer.Add("(").List(hint.Options, PrintOption);
        _writer.AddIf(!hint.Options.IsEmpty && !hint.Arguments.IsEmpty, ", ");
        _writer.List(hint.Arguments, argument => queries.Expressions.Print(argument, Precedence.Range + 1)).Add(")");
    }
}
