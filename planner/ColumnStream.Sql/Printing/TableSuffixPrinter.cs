using System.Globalization;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints what stands behind a table: samples, pivots and patterns.</summary>
internal sealed class TableSuffixPrinter(QueryPrinter queries)
{
    private readonly SqlWriter _writer = queries.Writer;

    public void Print(TableReference table)
    {
        switch (table)
        {
            case SampledTable sampled:
                PrintInput(sampled.Input);
                _writer.Add($" TABLESAMPLE {sampled.Method.ToString().ToUpperInvariant()} (");
                queries.Expressions.Print(sampled.Amount);
                _writer.Add(")");
                if (sampled.Seed is { } seed)
                {
                    _writer.Add(" REPEATABLE (");
                    queries.Expressions.Print(seed);
                    _writer.Add(")");
                }

                break;
            case PivotTable pivot:
                PrintInput(pivot.Input);
                _writer.Add(" PIVOT (").List(pivot.Aggregates, PrintAliased).Add(" FOR ").Names(pivot.Axes);
                _writer.Add(" IN (").List(pivot.Values, PrintValue).Add("))");
                queries.Tables.PrintAlias(pivot.Alias);
                break;
            case UnpivotTable unpivot:
                PrintInput(unpivot.Input);
                _writer.Add(" UNPIVOT ").AddIf(unpivot.Nulls == NullTreatment.Respect, "INCLUDE NULLS ");
                _writer.AddIf(unpivot.Nulls == NullTreatment.Ignore, "EXCLUDE NULLS ").Add("(").Names(unpivot.Measures);
                _writer.Add(" FOR ").Names(unpivot.Axes).Add(" IN (").List(unpivot.Columns, PrintValue).Add("))");
                queries.Tables.PrintAlias(unpivot.Alias);
                break;
            case MatchRecognizeTable match:
                PrintInput(match.Input);
                PrintMatch(match);
                queries.Tables.PrintAlias(match.Alias);
                break;
        }
    }

    public void PrintPattern(RowPattern pattern)
    {
        switch (pattern)
        {
            case PatternVariable variable:
                _writer.Name(variable.Name);
                break;
            case PatternSequence { Items.IsEmpty: true }:
                _writer.Add("()");
                break;
            case PatternSequence sequence:
                _writer.List(sequence.Items, item => PrintOperand(item, item is PatternAlternation or PatternSequence), " ");
                break;
            case PatternAlternation alternation:
                _writer.List(alternation.Items, item => PrintOperand(item, isWrapped: item is PatternAlternation), " | ");
                break;
            case PatternPermutation permutation:
                _writer.Add("PERMUTE(").List(permutation.Items, PrintPattern).Add(")");
                break;
            case PatternExclusion exclusion:
                _writer.Add("{- ");
                PrintPattern(exclusion.Inner);
                _writer.Add(" -}");
                break;
            case PatternRepetition repetition:
                bool isPlain = repetition.Inner is PatternVariable or PatternPermutation or PatternExclusion;
                PrintOperand(repetition.Inner, isWrapped: !isPlain);
                _writer.Add(QuantifierOf(repetition)).AddIf(repetition.IsReluctant, "?");
                break;
        }
    }

    public void PrintSkip(AfterMatchSkip skip)
    {
        _writer.Add("AFTER MATCH SKIP ").Add(skip.Kind switch
        {
            SkipKind.PastLastRow => "PAST LAST ROW",
            SkipKind.ToNextRow => "TO NEXT ROW",
            SkipKind.ToFirst => "TO FIRST ",
            SkipKind.ToLast => "TO LAST ",
            _ => "TO ",
        });
        if (skip.Variable is { } variable)
        {
            // In quotes, since FIRST and LAST are variables too.
            _writer.Quoted(variable.Value);
        }
    }

    private static string QuantifierOf(PatternRepetition repetition) => (repetition.Least, repetition.Most) switch
    {
        (0, null) => "*",
        (1, null) => "+",
        (0, 1) => "?",
        (var least, null) => string.Create(CultureInfo.InvariantCulture, $"{{{least},}}"),
        (var least, var most) when least == most => string.Create(CultureInfo.InvariantCulture, $"{{{least}}}"),
        (var least, var most) => string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}"),
    };

    private void PrintOperand(RowPattern pattern, bool isWrapped)
    {
        isWrapped &= pattern is not PatternSequence { Items.IsEmpty: true };
        _writer.AddIf(isWrapped, "(");
        PrintPattern(pattern);
        _writer.AddIf(isWrapped, ")");
    }

    private void PrintInput(TableReference input)
    {
        bool isWrapped = input is JoinTable;
        _writer.AddIf(isWrapped, "(");
        queries.Tables.Print(input);
        _writer.AddIf(isWrapped, ")");
    }

    private void PrintMatch(MatchRecognizeTable match)
    {
        _writer.Add(" MATCH_RECOGNIZE (");
        if (!match.PartitionBy.IsEmpty)
        {
            _writer.Add("PARTITION BY ").List(match.PartitionBy, queries.Expressions.Print).Add(" ");
        }

        if (!match.OrderBy.IsEmpty)
        {
            queries.PrintOrderBy(match.OrderBy);
            _writer.Add(" ");
        }

        if (!match.Measures.IsEmpty)
        {
            _writer.Add("MEASURES ").List(match.Measures, PrintAliased).Add(" ");
        }

        _writer.Add(match.RowsPerMatch switch
        {
            RowsPerMatch.One => "ONE ROW PER MATCH ",
            RowsPerMatch.All => "ALL ROWS PER MATCH ",
            RowsPerMatch.AllShowEmpty => "ALL ROWS PER MATCH SHOW EMPTY MATCHES ",
            RowsPerMatch.AllOmitEmpty => "ALL ROWS PER MATCH OMIT EMPTY MATCHES ",
            RowsPerMatch.AllWithUnmatched => "ALL ROWS PER MATCH WITH UNMATCHED ROWS ",
            _ => "",
        });
        if (match.Skip is { } skip)
        {
            PrintSkip(skip);
            _writer.Add(" ");
        }

        _writer.Add("PATTERN (").AddIf(match.IsAnchoredAtStart, "^ ");
        PrintPattern(match.Pattern);
        _writer.AddIf(match.IsAnchoredAtEnd, " $").Add(")");
        if (match.Within is { } within)
        {
            _writer.Add(" WITHIN ");
            queries.Expressions.Print(within, Parsing.Precedence.Range + 1);
        }

        if (!match.Subsets.IsEmpty)
        {
            _writer.Add(" SUBSET ").List(match.Subsets, subset => _writer.Name(subset.Name).Add(" = ").Names(subset.Variables));
        }

        if (!match.Definitions.IsEmpty)
        {
            _writer.Add(" DEFINE ").List(match.Definitions, PrintDefinition);
        }

        _writer.Add(")");
    }

    private void PrintDefinition(PatternDefinition definition)
    {
        _writer.Name(definition.Variable).Add(" AS ");
        queries.Expressions.Print(definition.Condition);
    }

    private void PrintAliased(ExpressionItem item)
    {
        queries.Expressions.Print(item.Expression);
        if (item.Alias is { } alias)
        {
            _writer.Add(" AS ").Name(alias);
        }
    }

    private void PrintValue(PivotValue value)
    {
        _writer.Add("ROW(").List(value.Row, queries.Expressions.Print).Add(")");
        if (value.Alias is { } alias)
        {
            _writer.Add(" AS ");
            queries.Expressions.Print(alias);
        }
    }
}
