using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>
/// Binds ASOF JOIN, an extension: each left row meets the last right row of its key that is not younger, or older with &gt;; with
/// &lt;= and &lt; the first that is not older, or younger. By event time a left row is answered when the watermark reaches it, or
/// the right row it waited for; of right rows with equal keys and times the last that came counts.
/// </summary>
internal static class AsofJoin
{
    /// <summary>Returns the join, or a broken relation after a report.</summary>
    public static Relation Build(JoinCandidate candidate, BindingContext context)
    {
        int width = candidate.Left.Plan.Fields.Count;
        (int Left, int Right, bool IsForward, bool IsStrict)? time = null;
        List<BoundExpression> keys = [];
        foreach (BoundExpression condition in candidate.Conjuncts)
        {
            if (JoinSides.Equality(condition, width) is (_, _, false))
            {
                keys.Add(condition);
            }
            else if (time is null && TimeOf(condition, width, context.Settings.IsBatch) is { } found)
            {
                time = found;
            }
            else
            {
                return Wrong(candidate, context, "ON takes equalities and one comparison of event times", condition);
            }
        }

        if (candidate.Type is not (JoinType.Inner or JoinType.Left) || time is not { } order)
        {
            return Wrong(candidate, context, "ON does not compare an event time of the left side with one of the right side", null);
        }

        string lostBy = $"the join at {context.Diagnostics.Locate(candidate.Syntax.Span)} makes it an ordinary value";

        // A row comes out when the watermark reaches the later one of the pair, so that one keeps its time.
        bool Keeps(int column) => order.IsForward ? column >= width && candidate.Type == JoinType.Inner : column < width;
        ScopeColumn[] columns = [.. candidate.Columns.Select((c, i) => Keeps(i) ? c : c.Ordinary(lostBy))];
        return TimeJoinBuilder.Build(
            candidate, order.IsForward ? TimeJoinKind.AsofNext : TimeJoinKind.Asof, order.Left, order.Right, 0,
            order.IsStrict ? -1 : 0, keys, columns);
    }

    private static Relation Wrong(JoinCandidate candidate, BindingContext context, string what, BoundExpression? condition)
    {
        string found = condition is null ? string.Empty
            : $", not {LogicalPrinter.Print(condition, [.. candidate.Left.Plan.Fields, .. candidate.Right.Plan.Fields])}";
        context.Diagnostics.Report(
            PlannerErrors.Clause, candidate.Syntax.Span,
            "Write l ASOF JOIN r ON l.k = r.k AND l.ts >= r.ts, or >, <=, <; other conditions go to WHERE.",
            "ASOF JOIN", what + found);
        return new Relation(Relation.Broken.Plan, candidate.Columns, IsBroken: true);
    }

    /// <summary>Reads a comparison of a left time with a right one, or the same written from the right.</summary>
    private static (int Left, int Right, bool IsForward, bool IsStrict)? TimeOf(BoundExpression condition, int width, bool isBatch)
    {
        if (condition is not CallExpression { Arguments: [ColumnExpression one, ColumnExpression other] } call
            || !IsTime(one.Type, isBatch) || !IsTime(other.Type, isBatch))
        {
            return null;
        }

        return (call.Function, one.Index < width, other.Index < width) switch
        {
            (">=" or ">", true, false) => (one.Index, other.Index - width, false, call.Function == ">"),
            ("<=" or "<", true, false) => (one.Index, other.Index - width, true, call.Function == "<"),
            ("<=" or "<", false, true) => (other.Index, one.Index - width, false, call.Function == "<"),
            (">=" or ">", false, true) => (other.Index, one.Index - width, true, call.Function == ">"),
            _ => null,
        };
    }

    private static bool IsTime(SqlType type, bool isBatch) =>
        type.TimeAttribute == TimeAttribute.Rowtime || (isBatch && type is { IsTimestamp: true, Precision: <= 3 });
}
