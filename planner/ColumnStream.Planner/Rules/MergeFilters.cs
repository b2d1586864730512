using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one filter of two, the lower condition first.</summary>
internal static class MergeFilters
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is FilterPlan { Input: FilterPlan inner } outer
            ? new FilterPlan(
                inner.Input,
                ExpressionTree.And(
                    [.. ExpressionTree.Conjuncts(inner.Predicate), .. ExpressionTree.Conjuncts(outer.Predicate)]))
            : node);
}
