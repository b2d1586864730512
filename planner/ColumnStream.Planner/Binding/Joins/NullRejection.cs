using System;
using System.Linq;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Tells whether a condition cannot hold where all columns of one side are NULL.</summary>
internal static class NullRejection
{
    /// <summary>Tells whether <paramref name="condition"/> is never true when the columns of <paramref name="isMissing"/> are NULL.</summary>
    public static bool Rejects(BoundExpression condition, Func<int, bool> isMissing) => condition switch
    {
        CallExpression { Function: "AND" } all => all.Arguments.Any(c => Rejects(c, isMissing)),
        CallExpression { Function: "OR" } any => any.Arguments.All(c => Rejects(c, isMissing)),
        CallExpression { Function: "IS NOT NULL" or "IS TRUE" } test => IsNull(test.Arguments[0], isMissing),
        CallExpression { Function: "NOT" } not => IsNull(not.Arguments[0], isMissing),
        ColumnExpression column => isMissing(column.Index),
        _ => IsNull(condition, isMissing),
    };

    /// <summary>Tells whether a value is surely NULL: a column, or what arithmetic and comparisons make of one.</summary>
    private static bool IsNull(BoundExpression value, Func<int, bool> isMissing) => value switch
    {
        ColumnExpression column => isMissing(column.Index),
        CastExpression cast => IsNull(cast.Input, isMissing),
        CallExpression { Function: "=" or "<>" or "<" or "<=" or ">" or ">=" or "+" or "-" or "*" or "LIKE" or "NEGATE" } call =>
            call.Arguments.Any(a => IsNull(a, isMissing)),
        CallExpression { Function: "BETWEEN" or "IN" } call => IsNull(call.Arguments[0], isMissing),
        _ => false,
    };
}
