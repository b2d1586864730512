using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Drops conditions that are always true or stand twice; a condition that never holds leaves no rows.</summary>
internal static class SimplifyPredicates
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is FilterPlan filter ? Simplify(filter) : node);

    private static LogicalPlan Simplify(FilterPlan filter)
    {
        var kept = new List<BoundExpression>();
        foreach (BoundExpression conjunct in ExpressionTree.Conjuncts(filter.Predicate).Select(Simplify))
        {
            if (conjunct is LiteralExpression literal)
            {
                if (literal.Value != "true")
                {
                    return new ValuesPlan(default, filter.Fields);
                }
            }
            else if (!kept.Contains(conjunct) || ExpressionTree.IsVolatile(conjunct))
            {
                kept.Add(conjunct);
            }
        }

        return kept.Count == 0 ? filter.Input : new FilterPlan(filter.Input, ExpressionTree.And(kept));
    }

    private static BoundExpression Simplify(BoundExpression condition) => condition switch
    {
        CallExpression { Function: "NOT" } outer when outer.Arguments[0] is CallExpression { Function: "NOT" } inner =>
            Simplify(inner.Arguments[0]),
        CallExpression { Function: "OR" } either when either.Arguments.Any(a => a is LiteralExpression { Value: "true" }) =>
            ExpressionTree.True,
        CallExpression { Function: "IS NOT NULL" } test when !test.Arguments[0].Type.Nullable => ExpressionTree.True,
        CallExpression { Function: "IS NULL" } test when !test.Arguments[0].Type.Nullable => ExpressionTree.False,
        _ => condition,
    };
}
