using System.Collections.Generic;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Tells which side of a join an expression is about.</summary>
internal static class JoinSides
{
    /// <summary>Looks at the columns of an expression over <paramref name="width"/> left columns, then right ones.</summary>
    public static JoinSide Of(BoundExpression expression, int width)
    {
        SortedSet<int> columns = ExpressionTree.ColumnsOf(expression);
        return columns.Count == 0 || ExpressionTree.IsVolatile(expression) ? JoinSide.Both
            : columns.Max < width ? JoinSide.Left
            : columns.Min >= width ? JoinSide.Right
            : JoinSide.Both;
    }

    /// <summary>Returns the sides of an equality of a left value with a right one, the left one first; null for anything else.</summary>
    public static (BoundExpression Left, BoundExpression Right, bool IsNullSafe)? Equality(BoundExpression condition, int width)
    {
        if (condition is not CallExpression { Function: "=" or "IS NOT DISTINCT FROM", Arguments: [var one, var other] } call)
        {
            return null;
        }

        bool isNullSafe = call.Function != "=";
        return (Of(one, width), Of(other, width)) switch
        {
            (JoinSide.Left, JoinSide.Right) => (one, other, isNullSafe),
            (JoinSide.Right, JoinSide.Left) => (other, one, isNullSafe),
            _ => null,
        };
    }
}
