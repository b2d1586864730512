using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Replaces constant expressions by their values, with the kernels that would compute them for every row.</summary>
internal static class FoldConstants
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        FilterPlan filter => filter with { Predicate = Fold(filter.Predicate) },
        JoinPlan { Residual: { } residual } join => join with { Residual = Fold(residual) },
        TimeJoinPlan { Residual: { } residual } join => join with { Residual = Fold(residual) },
        ProjectPlan project => project with { Expressions = ValueList.From(project.Expressions.Select(Fold)) },
        UnnestPlan unnest => unnest with { Collection = Fold(unnest.Collection) },
        _ => node,
    });

    /// <summary>Folds one expression.</summary>
    public static BoundExpression Fold(BoundExpression expression) => ConstantFolder.Fold(expression);
}
