using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Moves conditions towards the sources: through projections, unions, windows and grouping keys.</summary>
/// <remarks>Never below a table's watermark: rows that are dropped would no longer raise it.</remarks>
internal static class PushFilters
{
    public static LogicalPlan Apply(LogicalPlan plan)
    {
        if (plan is FilterPlan filter && Push(filter) is { } pushed)
        {
            return Apply(pushed);
        }

        return plan.Inputs.Count == 0 ? plan : plan.WithInputs(ValueList.From(plan.Inputs.Select(Apply)));
    }

    private static LogicalPlan? Push(FilterPlan filter) => filter.Input switch
    {
        // A condition over computed columns stays above: below, they would be computed twice.
        ProjectPlan project => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => IsPlain(project.Expressions[c])),
            below => project with
            {
                Input = new FilterPlan(
                    project.Input, ExpressionTree.MapColumns(below, c => project.Expressions[c])),
            }),
        UnionPlan union => union with
        {
            Branches = ValueList.From(union.Branches.Select(LogicalPlan (b) => new FilterPlan(b, filter.Predicate))),
        },
        WindowPlan window => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => CanMove(window, c)),
            below => window with { Input = new FilterPlan(window.Input, below) }),
        AggregatePlan { Keys.Count: > 0 } aggregate => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => c < aggregate.Keys.Count),
            below => aggregate with
            {
                Input = new FilterPlan(aggregate.Input, ExpressionTree.Remap(below, c => aggregate.Keys[c])),
            }),
        SemiJoinPlan join => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => c < join.Left.Fields.Count),
            below => join with { Left = new FilterPlan(join.Left, below) }),
        JoinPlan join => PushIntoJoin(filter, join),
        TimeJoinPlan { Kind: TimeJoinKind.Lookup } join => PushIntoLookup(filter, join),
        ScalarJoinPlan join => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => c < join.Left.Fields.Count),
            below => join with { Left = new FilterPlan(join.Left, below) }),
        RankPlan rank => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct) is { Count: > 0 } asked && asked.All(rank.Partition.Contains),
            below => rank with { Input = new FilterPlan(rank.Input, below) }),
        SetOperationPlan set => Split(filter, _ => true, below => set with
        {
            Left = new FilterPlan(set.Left, below), Right = new FilterPlan(set.Right, below),
        }),
        UnnestPlan unnest => Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct).All(c => c < unnest.Kept.Count),
            below => unnest with
            {
                Input = new FilterPlan(unnest.Input, ExpressionTree.Remap(below, c => unnest.Kept[c])),
            }),
        SortPlan { Offset: 0, Count: < 0 } sort =>
            new SortPlan(new FilterPlan(sort.Input, filter.Predicate), sort.Keys, 0, -1, sort.Uid),
        _ => null,
    };

    /// <summary>Moves conditions to the rows that ask, and from an inner join to the table.</summary>
    private static LogicalPlan? PushIntoLookup(FilterPlan filter, TimeJoinPlan join)
    {
        int width = join.Left.Fields.Count;
        LogicalPlan? left = Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct) is { Count: > 0 } columns && columns.Max < width,
            below => join with { Left = new FilterPlan(join.Left, below) });
        return left ?? (join.Type != JoinType.Inner ? null : Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct) is { Count: > 0 } columns && columns.Min >= width,
            below => join with { Right = new FilterPlan(join.Right, ExpressionTree.Remap(below, c => c - width)) }));
    }

    /// <summary>Moves conditions to the side that they are about, unless rows of it may be missing.</summary>
    private static LogicalPlan? PushIntoJoin(FilterPlan filter, JoinPlan join)
    {
        int width = join.Left.Fields.Count;
        LogicalPlan? left = join.Type is JoinType.Right or JoinType.Full ? null : Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct) is { Count: > 0 } columns && columns.Max < width,
            below => join with { Left = new FilterPlan(join.Left, below) });
        return left ?? (join.Type is not (JoinType.Inner or JoinType.Right) ? null : Split(
            filter, conjunct => ExpressionTree.ColumnsOf(conjunct) is { Count: > 0 } columns && columns.Min >= width,
            below => join with { Right = new FilterPlan(join.Right, ExpressionTree.Remap(below, c => c - width)) }));
    }
    /// <summary>Tells whether rows may go by a column before they get windows: sessions are made of all rows of their key.</summary>
    private static bool CanMove(WindowPlan window, int column) => window.Window.Kind == WindowKind.Session
        ? window.Window.Partition.Contains(column) : column < window.Input.Fields.Count;

    private static bool IsPlain(BoundExpression expression) => expression is ColumnExpression or LiteralExpression;

    private static LogicalPlan? Split(
        FilterPlan filter, Func<BoundExpression, bool> canMove, Func<BoundExpression, LogicalPlan> move)
    {
        var below = new List<BoundExpression>();
        var above = new List<BoundExpression>();
        foreach (BoundExpression conjunct in ExpressionTree.Conjuncts(filter.Predicate))
        {
            bool moves = !ExpressionTree.IsVolatile(conjunct) && canMove(conjunct);
            (moves ? below : above).Add(conjunct);
        }

        if (below.Count == 0)
        {
            return null;
        }

        LogicalPlan moved = move(ExpressionTree.And(below));
        return above.Count == 0 ? moved : new FilterPlan(Apply(moved), ExpressionTree.And(above));
    }
}
