using System;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Moves LIMIT through projections and into the sort or limit below, which then keeps only those rows.</summary>
internal static class MergeLimits
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        LimitPlan { Input: ProjectPlan project } limit => project with
        {
            Input = Apply(new LimitPlan(project.Input, limit.Offset, limit.Count, limit.Uid)),
        },
        LimitPlan { Input: SortPlan sort } limit => new SortPlan(
            sort.Input, sort.Keys, sort.Offset + limit.Offset, Count(sort.Count, limit), sort.Uid),
        LimitPlan { Input: LimitPlan inner } limit => new LimitPlan(
            inner.Input, inner.Offset + limit.Offset, Count(inner.Count, limit), inner.Uid),
        _ => node,
    });

    private static long Count(long inner, LimitPlan outer)
    {
        long left = inner < 0 ? -1 : Math.Max(0, inner - outer.Offset);
        return left < 0 ? outer.Count : outer.Count < 0 ? left : Math.Min(left, outer.Count);
    }
}
