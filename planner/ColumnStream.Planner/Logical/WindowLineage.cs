using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Binding;

namespace ColumnStream.Planner.Logical;

/// <summary>Finds out which columns of a plan are bounds of the window that its rows are in.</summary>
internal static class WindowLineage
{
    /// <summary>Tells what a column is to a window below; nothing where the rows are no longer those of windows.</summary>
    public static WindowRole RoleOf(LogicalPlan plan, int column) => plan switch
    {
        WindowPlan window => Role(column - window.Input.Fields.Count),
        WindowAggregatePlan aggregate => Role(column - aggregate.Keys.Count - aggregate.Aggregates.Count),
        ProjectPlan project => project.Expressions[column] is ColumnExpression plain
            ? RoleOf(project.Input, plain.Index) : WindowRole.None,
        FilterPlan or SortPlan or LimitPlan => RoleOf(plan.Inputs[0], column),
        RankPlan or SemiJoinPlan or ScalarJoinPlan => column < plan.Inputs[0].Fields.Count
            ? RoleOf(plan.Inputs[0], column) : WindowRole.None,
        _ => WindowRole.None,
    };

    private static WindowRole Role(int bound) => bound switch
    {
        0 => WindowRole.Start,
        1 => WindowRole.End,
        2 => WindowRole.Time,
        _ => WindowRole.None,
    };
}
