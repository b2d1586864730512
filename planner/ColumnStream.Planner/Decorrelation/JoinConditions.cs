using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>Writes the keys of joins as conditions, and conditions anew over other columns.</summary>
internal static class JoinConditions
{
    /// <summary>Returns the conditions of a join over its left columns, then its right ones.</summary>
    public static IEnumerable<BoundExpression> Of(JoinPlan join)
    {
        int width = join.Left.Fields.Count;
        IEnumerable<BoundExpression> keys = join.LeftKeys.Select((key, i) => Equality(
            new ColumnExpression(key, join.Left.Fields[key].Type),
            new ColumnExpression(width + join.RightKeys[i], join.Right.Fields[join.RightKeys[i]].Type),
            join.NullSafe[i]));
        return join.Residual is null ? keys : keys.Concat(ExpressionTree.Conjuncts(join.Residual));
    }

    /// <summary>Compares two values of one type.</summary>
    public static BoundExpression Equality(BoundExpression left, BoundExpression right, bool isNullSafe) => isNullSafe
        ? new CallExpression("IS NOT DISTINCT FROM", [left, right], SqlType.Boolean.WithNullable(false))
        : new CallExpression("=", [left, right], SqlType.Boolean.WithNullable(left.Type.Nullable || right.Type.Nullable));

    /// <summary>Gives columns the types that they have in a plan.</summary>
    public static BoundExpression Retype(BoundExpression expression, LogicalPlan plan) =>
        ExpressionTree.MapColumns(expression, c => new ColumnExpression(c, plan.Fields[c].Type));
}
