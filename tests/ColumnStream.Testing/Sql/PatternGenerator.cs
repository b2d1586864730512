using System;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Testing.Sql;

/// <summary>Draws what stands behind a table: patterns and pivots.</summary>
internal sealed class PatternGenerator(Random random, ExpressionGenerator expressions)
{
    public TableReference Pivot(TableReference input, TableAlias? alias, int depth)
    {
        if (expressions.Bool())
        {
            return new PivotTable(
                input,
                expressions.List(() => new ExpressionItem(expressions.Expression(depth), Name()), 1, 2),
                expressions.List(expressions.Identifier, 1, 2),
                expressions.List(() => new PivotValue(expressions.Expressions(0, 1, 2), Alias()), 1, 2),
                alias);
        }

        return new UnpivotTable(
            input,
            expressions.List(expressions.Identifier, 1, 2),
            expressions.List(expressions.Identifier, 1, 2),
            expressions.List(() => new PivotValue([Alias()], Alias()), 1, 2),
            (NullTreatment)random.Next(3),
            alias);
    }

    public MatchRecognizeTable Match(TableReference input, TableAlias? alias, int depth)
    {
        SkipKind kind = (SkipKind)random.Next(5);
        return new MatchRecognizeTable(
            input,
            Pattern(3),
            expressions.List(() => new PatternDefinition(expressions.Identifier(), expressions.Expression(depth)), 0, 2),
            expressions.Expressions(depth, 0, 2),
            expressions.List(() => new OrderItem(expressions.Expression(0), expressions.Bool()), 0, 2),
            expressions.List(() => new ExpressionItem(expressions.Expression(depth), expressions.Identifier()), 0, 2),
            (RowsPerMatch)random.Next(6),
            expressions.Bool() ? null
                : new AfterMatchSkip(kind, kind is SkipKind.PastLastRow or SkipKind.ToNextRow ? null : expressions.Identifier()),
            expressions.Bool() ? null : expressions.Expression(0),
            expressions.List(() => new PatternSubset(expressions.Identifier(), expressions.List(expressions.Identifier, 1, 2)), 0, 1),
            expressions.Bool(),
            expressions.Bool(),
            alias);
    }

    private RowPattern Pattern(int depth) => (depth <= 0 ? 0 : random.Next(7)) switch
    {
        1 => new PatternSequence(expressions.List(() => Pattern(depth - 1), 2, 3)),
        2 => new PatternAlternation(expressions.List(() => Pattern(depth - 1), 2, 3)),
        3 => Repetition(depth),
        4 => new PatternExclusion(Pattern(depth - 1)),
        5 => new PatternPermutation(expressions.List(() => Pattern(depth - 1), 1, 3)),
        6 when depth == 2 => new PatternSequence([]),
        _ => new PatternVariable(expressions.Identifier()),
    };

    private PatternRepetition Repetition(int depth)
    {
        int least = random.Next(3);
        return new PatternRepetition(
            Pattern(depth - 1), least, expressions.Bool() ? null : least + random.Next(1, 3), expressions.Bool());
    }

    private Identifier? Name() => expressions.Bool() ? null : expressions.Identifier();

    private ColumnReference Alias() => new([expressions.Identifier()]);
}
