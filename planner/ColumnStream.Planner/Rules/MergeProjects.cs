using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one projection of two where nothing is then computed twice.</summary>
internal static class MergeProjects
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is ProjectPlan { Input: ProjectPlan inner } outer && CanMerge(outer, inner)
            ? outer with
            {
                Input = inner.Input,
                Expressions = ValueList.From(outer.Expressions.Select(
                    e => ExpressionTree.MapColumns(e, c => inner.Expressions[c]))),
            }
            : node);

    private static bool CanMerge(ProjectPlan outer, ProjectPlan inner)
    {
        var uses = new int[inner.Expressions.Count];
        foreach (BoundExpression expression in outer.Expressions)
        {
            Count(expression, uses);
        }

        return Enumerable.Range(0, uses.Length).All(i =>
            uses[i] == 0 || inner.Expressions[i] is ColumnExpression or LiteralExpression
            || (uses[i] == 1 && !ExpressionTree.IsVolatile(inner.Expressions[i])));
    }

    private static void Count(BoundExpression expression, int[] uses)
    {
        if (expression is ColumnExpression column)
        {
            uses[column.Index]++;
        }

        foreach (BoundExpression child in ExpressionTree.Children(expression))
        {
            Count(child, uses);
        }
    }
}
