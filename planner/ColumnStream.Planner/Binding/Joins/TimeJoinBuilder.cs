using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Makes plans of joins that time bounds, with the keys and the condition that a regular join would have.</summary>
internal static class TimeJoinBuilder
{
    /// <summary>Makes a join of a candidate's sides.</summary>
    /// <param name="candidate">The join.</param>
    /// <param name="kind">How time bounds it.</param>
    /// <param name="leftTime">The left time, or −1.</param>
    /// <param name="rightTime">The right time, or −1.</param>
    /// <param name="lowerMs">Least left time − right time.</param>
    /// <param name="upperMs">Greatest left time − right time.</param>
    /// <param name="conditions">What has to hold beside time: equalities become keys.</param>
    /// <param name="columns">The columns of the result.</param>
    /// <param name="isLocal">Whether ends of windows are local time.</param>
    public static Relation Build(
        JoinCandidate candidate,
        TimeJoinKind kind,
        int leftTime,
        int rightTime,
        long lowerMs,
        long upperMs,
        IEnumerable<BoundExpression> conditions,
        IReadOnlyList<ScopeColumn> columns,
        bool isLocal = false)
    {
        LogicalPlan regular = RegularJoin.Plan(candidate.Left.Plan, candidate.Right.Plan, candidate.Type, conditions);
        var above = regular as ProjectPlan;
        var join = (JoinPlan)(above?.Input ?? regular);
        int width = join.Left.Fields.Count;
        int added = width - candidate.Left.Plan.Fields.Count;

        // Fields have the types of the columns that names resolve to, time attributes included; computed keys have their own.
        int Shown(int column) => column < width
            ? (column < width - added ? column : -1)
            : (column - width < candidate.Right.Plan.Fields.Count ? column - added : -1);
        ValueList<SqlField> fields = ValueList.From(join.Fields.Select((f, i) => Shown(i) is int shown && shown >= 0
            ? f with { Type = columns[shown].Type.WithNullable(f.Type.Nullable) } : f));
        var timed = new TimeJoinPlan(
            join.Left, join.Right, kind, candidate.Type, join.LeftKeys, join.RightKeys, join.NullSafe,
            leftTime, rightTime, lowerMs, upperMs, join.Residual, fields)
        {
            IsLocal = isLocal,
        };
        if (above is null)
        {
            return new Relation(timed, columns);
        }

        BoundExpression[] kept =
        [
            .. above.Expressions.Select(e => (BoundExpression)new ColumnExpression(
                ((ColumnExpression)e).Index, fields[((ColumnExpression)e).Index].Type)),
        ];
        IEnumerable<SqlField> named = above.Fields.Select((f, i) => f with { Type = kept[i].Type });
        return new Relation(new ProjectPlan(timed, ValueList.From(kept), ValueList.From(named)), columns);
    }
}
