using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Turns EXISTS, IN and NOT IN over rows of equal windows into window joins, which answer once and then keep nothing.</summary>
internal static class JoinWindows
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        SemiJoinPlan { Kind: not SemiJoinKind.Mark } join
            when IsOfWindows(join.Left, join.Right, join.LeftKeys, join.RightKeys) => Join(join),
        JoinPlan { Type: JoinType.Semi or JoinType.Anti } join
            when IsOfWindows(join.Left, join.Right, join.LeftKeys, join.RightKeys) => Join(join, join.Uid),
        _ => node,
    });

    private static LogicalPlan Join(SemiJoinPlan join)
    {
        JoinType type = join.Kind == SemiJoinKind.Semi ? JoinType.Semi : JoinType.Anti;
        int keys = join.LeftKeys.Count;
        if (!join.IsNullAware || type == JoinType.Semi)
        {
            return Join(
                new JoinPlan(
                    join.Left, join.Right, type, join.LeftKeys, join.RightKeys,
                    ValueList.From(Enumerable.Repeat(false, keys)), null, join.Fields),
                join.Uid);
        }

        // NOT IN keeps a row only where every comparison is false: one that is unknown counts like a match.
        int left = join.LeftKeys[^1];
        int right = join.RightKeys[^1];
        var one = new ColumnExpression(left, join.Left.Fields[left].Type);
        var other = new ColumnExpression(join.Left.Fields.Count + right, join.Right.Fields[right].Type);
        SqlType known = SqlType.Boolean.WithNullable(false);
        var blocks = new CallExpression(
            "OR",
            [
                new CallExpression("=", [one, other], SqlType.Boolean),
                new CallExpression("IS NULL", [one], known),
                new CallExpression("IS NULL", [other], known),
            ],
            SqlType.Boolean);
        return Join(
            new JoinPlan(
                join.Left, join.Right, type,
                ValueList.From(join.LeftKeys.Take(keys - 1)), ValueList.From(join.RightKeys.Take(keys - 1)),
                ValueList.From(Enumerable.Repeat(false, keys - 1)), blocks, join.Fields),
            join.Uid);
    }

    private static TimeJoinPlan Join(JoinPlan join, string uid)
    {
        WindowBounds left = WindowBounds.Of(join.Left)!;
        WindowBounds right = WindowBounds.Of(join.Right)!;
        int end = Enumerable.Range(0, join.LeftKeys.Count)
            .First(i => left.Ends.Contains(join.LeftKeys[i]) && right.Ends.Contains(join.RightKeys[i]));
        return new TimeJoinPlan(
            join.Left, join.Right, TimeJoinKind.Window, join.Type, join.LeftKeys, join.RightKeys, join.NullSafe,
            join.LeftKeys[end], join.RightKeys[end], 0, 0, join.Residual, join.Fields, uid)
        {
            IsLocal = left.Window.IsLocal,
        };
    }

    private static bool IsOfWindows(LogicalPlan left, LogicalPlan right, ValueList<int> leftKeys, ValueList<int> rightKeys)
    {
        IEnumerable<int> keys = Enumerable.Range(0, leftKeys.Count);
        return IsWindowed(left) && IsWindowed(right)
            && WindowBounds.Of(left) is { } one && WindowBounds.Of(right) is { } other
            && one.IsCutLike(other) && WindowJoin.CanJoin(one.Window)
            && keys.Any(i => one.Starts.Contains(leftKeys[i]) && other.Starts.Contains(rightKeys[i]))
            && keys.Any(i => one.Ends.Contains(leftKeys[i]) && other.Ends.Contains(rightKeys[i]));
    }

    /// <summary>Tells whether rows come from windows by steps that only insert.</summary>
    private static bool IsWindowed(LogicalPlan plan) => plan switch
    {
        WindowPlan or WindowAggregatePlan { Firing: null } or TimeJoinPlan { Kind: TimeJoinKind.Window } => true,
        ProjectPlan or FilterPlan => IsWindowed(plan.Inputs[0]),
        _ => false,
    };
}
