using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>Is a plan with a column for the inner side of every condition, all of which are equalities with the outer row.</summary>
/// <param name="Plan">The plan; the columns of the dependent query stand first.</param>
/// <param name="Columns">The inner sides.</param>
/// <param name="Equalities">The outer sides.</param>
internal sealed record Keyed(LogicalPlan Plan, int[] Columns, IReadOnlyList<(BoundExpression Outer, bool IsNullSafe)> Equalities)
{
    /// <summary>Finds keys and adds columns for those that are computed; null where a condition is no such equality.</summary>
    public static Keyed? From(Dependent query, int depth)
    {
        List<BoundExpression> columns = [.. Dependent.Columns(query.Plan)];
        int width = columns.Count;
        List<int> keys = [];
        List<(BoundExpression, bool)> equalities = [];
        foreach (BoundExpression condition in query.Conditions)
        {
            if (condition is not CallExpression { Function: "=" or "IS NOT DISTINCT FROM", Arguments: [var one, var other] } call)
            {
                return null;
            }

            if (!IsInner(one, depth))
            {
                (one, other) = (other, one);
            }

            if (!IsInner(one, depth) || ExpressionTree.ColumnsOf(other).Count > 0)
            {
                return null;
            }

            int index = columns.IndexOf(one);
            if (index < 0)
            {
                index = columns.Count;
                columns.Add(one);
            }

            keys.Add(index);
            equalities.Add((other, call.Function != "="));
        }

        IEnumerable<SqlField> added = columns.Skip(width).Select((c, i) => new SqlField($"key{width + i}", c.Type.Materialized()));
        LogicalPlan plan = columns.Count == width ? query.Plan : new ProjectPlan(
            query.Plan, ValueList.From(columns), ValueList.From(query.Plan.Fields.Concat(added)));
        return new Keyed(plan, [.. keys], equalities);
    }

    /// <summary>Returns the conditions over a plan that has the keys where this one has them.</summary>
    public List<BoundExpression> Conditions(LogicalPlan plan) =>
        [.. Equalities.Select((e, i) => Condition(e, Columns[i], plan))];

    /// <summary>Returns the conditions over a plan that has the keys one behind the other.</summary>
    public List<BoundExpression> Conditions(int first, LogicalPlan plan) =>
        [.. Equalities.Select((e, i) => Condition(e, first + i, plan))];

    private static BoundExpression Condition((BoundExpression Outer, bool IsNullSafe) equality, int column, LogicalPlan plan) =>
        JoinConditions.Equality(
            equality.Outer, new ColumnExpression(column, plan.Fields[column].Type), equality.IsNullSafe);

    private static bool IsInner(BoundExpression side, int depth) =>
        !PlanExpressions.HasParameters(side, depth) && ExpressionTree.ColumnsOf(side).Count > 0
        && !ExpressionTree.IsVolatile(side);
}
