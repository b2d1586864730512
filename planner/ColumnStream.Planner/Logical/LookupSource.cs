using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Logical;

/// <summary>Is the right side of a lookup, taken apart: a table, columns computed of those of its records, and a condition on them.</summary>
/// <param name="Spec">The table.</param>
/// <param name="Columns">The columns of the side, over the table's columns.</param>
/// <param name="Filter">What must hold of a row, over the table's columns; null for nothing.</param>
internal sealed record LookupSource(TableSpec Spec, ValueList<BoundExpression> Columns, BoundExpression? Filter)
{
    /// <summary>Takes a plan apart; null where it is more than filters and projections over one table.</summary>
    public static LookupSource? Of(LogicalPlan plan) => plan switch
    {
        TableReadPlan read => new LookupSource(
            read.Spec, ValueList.From(read.Columns.Select(c => read.Table.Columns[c].Computed
                ?? new ColumnExpression(read.Table.Columns[c].Physical, read.Table.Columns[c].Type))), null),
        ProjectPlan project when Of(project.Input) is { } input => input with
        {
            Columns = ValueList.From(project.Expressions.Select(e => ExpressionTree.MapColumns(e, c => input.Columns[c]))),
        },
        FilterPlan filter when Of(filter.Input) is { } input => input with
        {
            Filter = ExpressionTree.And(
            [
                .. input.Filter is null ? [] : ExpressionTree.Conjuncts(input.Filter),
                .. ExpressionTree.Conjuncts(ExpressionTree.MapColumns(filter.Predicate, c => input.Columns[c])),
            ]),
        },
        _ => null,
    };

    /// <summary>Returns the table's column that an expression over <see cref="Columns"/> is, or null where it is none.</summary>
    public int? ColumnOf(BoundExpression expression) =>
        expression is ColumnExpression column && Columns[column.Index] is ColumnExpression own ? own.Index : null;

    /// <summary>Returns the table's column that a condition over <see cref="Columns"/> equates with a constant, or null.</summary>
    public int? ConstantColumn(BoundExpression condition) => condition switch
    {
        CallExpression { Function: "=", Arguments: [ColumnExpression column, LiteralExpression] } => ColumnOf(column),
        CallExpression { Function: "=", Arguments: [LiteralExpression, ColumnExpression column] } => ColumnOf(column),
        _ => null,
    };

    /// <summary>Returns for each column of the table that <see cref="Filter"/> equates with a constant of its type that constant.</summary>
    public Dictionary<int, LiteralExpression> Constants()
    {
        var constants = new Dictionary<int, LiteralExpression>();
        foreach (BoundExpression condition in Filter is null ? [] : ExpressionTree.Conjuncts(Filter))
        {
            (ColumnExpression, LiteralExpression)? equal = (condition as CallExpression)?.Arguments switch
            {
                _ when condition is not CallExpression { Function: "=" } => null,
                [ColumnExpression column, LiteralExpression value] => (column, value),
                [LiteralExpression value, ColumnExpression column] => (column, value),
                _ => null,
            };
            if (equal is var (one, other)
                && ConstantFolder.Fold(ExpressionTree.CastTo(other, one.Type)) is LiteralExpression { Value: not null } literal)
            {
                constants.TryAdd(one.Index, literal);
            }
        }

        return constants;
    }
}
