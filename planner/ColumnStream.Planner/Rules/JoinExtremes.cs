using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one step of a join of rows with the MAX or MIN that windows have over the same rows: it keeps the best rows only.</summary>
/// <remarks>
/// Recognised are inner joins of one relation with one MAX or MIN of it over TUMBLE, or HOP whose size is a multiple of its slide,
/// on equality of the value and of all grouping keys: window joins, and regular joins whose condition bounds the row's rowtime from
/// both sides by a bound of the window, at most eight slides around it. Exactly these bounds are kept, so that a row at the edge may
/// match the neighbour's extreme too. Over windows that were aggregated before, it is a rank by window. Left to the join: session, cumulating, local and processing-time windows, early results,
/// values of text, floating point or more than 18 digits, NULL-safe keys, further equalities, rows with arrays or maps, hints of
/// time to live, and relations filtered on one side only.
/// </remarks>
internal static class JoinExtremes
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        JoinPlan { Type: JoinType.Inner, LeftTtlMs: < 0, RightTtlMs: < 0 } join => Either(join, isWindowJoin: false) ?? node,
        TimeJoinPlan { Kind: TimeJoinKind.Window, Type: JoinType.Inner, IsLocal: false } join =>
            Either(join.Timeless with { Uid = join.Uid }, isWindowJoin: true) ?? node,
        _ => node,
    });

    private static LogicalPlan? Either(JoinPlan join, bool isWindowJoin)
    {
        int left = join.Left.Fields.Count;
        int right = join.Right.Fields.Count;
        if (join.NullSafe.Contains(true))
        {
            return null;
        }

        BoundExpression[] residual = join.Residual is null ? [] : [.. ExpressionTree.Conjuncts(join.Residual)];
        (int, int)[] keys = [.. join.LeftKeys.Select((k, i) => (k, join.RightKeys[i]))];
        return One(join.Left, join.Right, keys, residual, [.. Enumerable.Range(0, left + right)])
            ?? One(
                join.Right, join.Left, [.. keys.Select(k => (k.Item2, k.Item1))],
                [.. residual.Select(c => ExpressionTree.Remap(c, i => i < left ? right + i : i - left))],
                [.. Enumerable.Range(right, left), .. Enumerable.Range(0, right)]);

        LogicalPlan? One(
            LogicalPlan rows, LogicalPlan extremes, (int, int)[] equal, BoundExpression[] rest, int[] order) =>
            new ExtremeConversion(rows, extremes, equal, rest, isWindowJoin, join.Uid).Build(join.Fields, order)
            ?? (isWindowJoin ? new BestRowsConversion(rows, extremes, equal, rest, join.Uid).Build(join.Fields, order) : null);
    }
}
