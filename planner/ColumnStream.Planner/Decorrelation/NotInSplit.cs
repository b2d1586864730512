using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>
/// Keys NOT IN whose query takes more of the outer row than equalities. "v = w is not false" is no key, so one join would compare all
/// rows with all. Apart, only rows whose value is NULL meet everything: left rows with a value go where an equal one was found, then
/// where a NULL was found; those without go where anything was found.
/// </summary>
internal static class NotInSplit
{
    /// <summary>Returns the anti joins, or null where one join does as well or the value is none of one column side.</summary>
    /// <param name="left">The outer rows.</param>
    /// <param name="right">The query.</param>
    /// <param name="conditions">What the query says of both.</param>
    /// <param name="comparisons">What IN says.</param>
    public static LogicalPlan? Of(
        LogicalPlan left,
        LogicalPlan right,
        IReadOnlyList<BoundExpression> conditions,
        IReadOnlyList<BoundExpression> comparisons)
    {
        int width = left.Fields.Count;
        if (conditions.Any(c => JoinSides.Equality(c, width) is not null)
            || comparisons.Count != 1 || JoinSides.Equality(comparisons[0], width) is not { } value)
        {
            return null;
        }

        BoundExpression found = ExpressionTree.Remap(value.Right, c => c - width);
        LogicalPlan known = value.Left.Type.Nullable ? Where(left, "IS NOT NULL", value.Left) : left;
        LogicalPlan plan = RegularJoin.Plan(known, right, JoinType.Anti, [.. conditions, comparisons[0]]);
        if (found.Type.Nullable)
        {
            plan = RegularJoin.Plan(plan, Where(right, "IS NULL", found), JoinType.Anti, conditions);
        }

        if (!value.Left.Type.Nullable)
        {
            return plan;
        }

        LogicalPlan unknown = RegularJoin.Plan(Where(left, "IS NULL", value.Left), right, JoinType.Anti, conditions);
        return new UnionPlan([plan, unknown], plan.Fields);
    }

    private static FilterPlan Where(LogicalPlan plan, string test, BoundExpression value) =>
        new(plan, new CallExpression(test, [value], SqlType.Boolean.WithNullable(false)));
}
