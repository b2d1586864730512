using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Decides by time attributes and conditions whether a join is more than a regular one.</summary>
/// <remarks>
/// In this order: FOR SYSTEM_TIME AS OF; equal windows on both sides; times within bounds of each other. In batch mode the last two
/// are regular joins: everything is there, and the answer is the same.
/// </remarks>
internal static class JoinClassifier
{
    /// <summary>
    /// Returns the finished join with the candidate's columns in their order, <see cref="Relation.Broken"/> after a report, or
    /// null for a regular join.
    /// </summary>
    public static Relation? Classify(JoinCandidate candidate, BindingContext context)
    {
        if (candidate.SystemTime is not null)
        {
            return VersionedJoin.Build(candidate, context);
        }

        if (candidate.Syntax.IsAsof)
        {
            return AsofJoin.Build(candidate, context);
        }

        if (context.Settings.IsBatch || candidate.Type is JoinType.Semi or JoinType.Anti)
        {
            return null;
        }

        return WindowJoin.Build(candidate, context) ?? Interval(candidate);
    }

    private static Relation? Interval(JoinCandidate candidate)
    {
        int width = candidate.Left.Plan.Fields.Count;
        if (TimeBounds.Find(candidate.Conjuncts, width) is not { } bounds)
        {
            return null;
        }

        TimeAttribute time = candidate.Left.Plan.Fields[bounds.Left].Type.TimeAttribute;
        if (time != candidate.Right.Plan.Fields[bounds.Right].Type.TimeAttribute)
        {
            return null;
        }

        bool byArrival = time == TimeAttribute.Proctime;

        // Arrival is the time: no column says it, so a condition on the columns would say something else.
        IEnumerable<BoundExpression> rest = byArrival
            ? bounds.Rest.Where(c => !IsTime(c, bounds, width)) : bounds.Rest;
        return TimeJoinBuilder.Build(
            candidate, TimeJoinKind.Interval, byArrival ? -1 : bounds.Left, byArrival ? -1 : bounds.Right,
            bounds.LowerMs, bounds.UpperMs, rest, candidate.Columns);
    }

    private static bool IsTime(BoundExpression condition, TimeBounds bounds, int width) =>
        condition is CallExpression { Function: "=", Arguments: [ColumnExpression one, ColumnExpression other] }
        && new[] { one.Index, other.Index }.Order().SequenceEqual([bounds.Left, bounds.Right + width]);
}
