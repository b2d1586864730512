using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Makes the nodes of joins that time bounds.</summary>
internal static class TimeJoinLowering
{
    /// <summary>Makes the node of a join over lowered inputs.</summary>
    public static PhysicalNode Join(TimeJoinPlan join, ValueList<int> inputs, string uid) => join.Kind switch
    {
        TimeJoinKind.Interval => new IntervalJoinNode(
            join.Type, join.LeftKeys, join.RightKeys, join.NullSafe, join.LeftTime, join.RightTime,
            join.LowerMs, join.UpperMs, join.Residual)
        {
            Id = 0, Inputs = inputs, Output = join.Fields, Uid = uid,
        },
        TimeJoinKind.Window => new WindowJoinNode(
            join.Type, join.LeftKeys, join.RightKeys, join.NullSafe, join.LeftTime, join.RightTime, join.Residual)
        {
            Id = 0, Inputs = inputs, Output = join.Fields, Uid = uid, IsLocal = join.IsLocal,
        },
        _ => new TemporalJoinNode(
            join.Type, join.LeftKeys, join.RightKeys, join.LeftTime, join.RightTime, join.UpperMs < 0, join.Residual)
        {
            Id = 0, Inputs = inputs, Output = join.Fields, Uid = uid,
            IsAsof = join.Kind is TimeJoinKind.Asof or TimeJoinKind.AsofNext, IsForward = join.Kind == TimeJoinKind.AsofNext,
        },
    };
}
