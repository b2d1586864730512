using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Lets windows give the groups with the greatest count only, where the first of each window is all that is asked.</summary>
/// <remarks>Each subtask gives its best ones; the rank above finds the best of all.</remarks>
internal static class KeepBest
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is RankPlan { Start: 1, End: 1, Order: [{ Descending: true } first, ..] } rank
        && WindowBounds.Of(rank.Input) is { } bounds
        && rank.Partition.All(c => bounds.Starts.Contains(c) || bounds.Ends.Contains(c) || bounds.Times.Contains(c))
        && bounds.AreIn(rank.Partition) && Push(rank.Input, first.Column) is { } input
            ? rank with { Input = input } : node);

    private static LogicalPlan? Push(LogicalPlan plan, int column) => plan switch
    {
        ProjectPlan project when project.Expressions[column] is ColumnExpression below
            && Push(project.Input, below.Index) is { } input => project with { Input = input },
        WindowAggregatePlan { Firing: null, Best: null, Window: { Kind: not WindowKind.Session, IsProctime: false } } aggregate
            when column - aggregate.Keys.Count is >= 0 and int index && index < aggregate.Aggregates.Count
            && aggregate.Aggregates[index] is { Function: "COUNT", Distinct: false } call =>
            aggregate with { Best = call.StateId },
        _ => null,
    };
}
