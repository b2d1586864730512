using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <content>Aggregates and joins: what needs rows of one key in one place.</content>
internal sealed partial class Lowering
{
    /// <summary>Aggregates behind an exchange by key, and before it too where that makes less of what is exchanged.</summary>
    private int LowerAggregate(AggregatePlan aggregate)
    {
        int input = LowerInput(aggregate.Input);
        ValueList<int> keys = aggregate.Keys;
        bool isSplit = parallelism > 1 && LocalAggregation.CanSplit(aggregate.Aggregates, input, facts);
        if (isSplit)
        {
            input = LowerLocal(input, keys, aggregate.Aggregates, null);
            keys = ValueList.From(Enumerable.Range(0, keys.Count));
        }

        return AddUnary(
            Keyed(input, keys), id => new GroupAggregateNode(keys, aggregate.Aggregates)
            {
                Id = 0, Inputs = [id], Output = aggregate.Fields, Uid = Claim(aggregate.Uid), TakesPartials = isSplit,
                StateTtlMs = aggregate.StateTtlMs,
            });
    }

    private int LowerWindowAggregate(WindowAggregatePlan aggregate)
    {
        int input = LowerInput(aggregate.Input);
        ValueList<int> keys = aggregate.Keys;
        WindowSpec window = aggregate.Window;
        bool isSplit = parallelism > 1 && LocalAggregation.HasSlices(window, aggregate.Firing)
            && LocalAggregation.CanSplit(aggregate.Aggregates, input, facts);
        if (isSplit)
        {
            input = LowerLocal(input, keys, aggregate.Aggregates, window);
            keys = ValueList.From(Enumerable.Range(0, keys.Count));
            window = window with { TimeColumn = keys.Count };
        }

        return AddUnary(
            Keyed(input, keys), id => new WindowAggregateNode(window, keys, aggregate.Aggregates)
            {
                Id = 0, Inputs = [id], Output = aggregate.Fields, Uid = Claim(aggregate.Uid), Firing = aggregate.Firing,
                TakesPartials = isSplit, Best = aggregate.Best,
            });
    }

    private int LowerLocal(int input, ValueList<int> keys, ValueList<AggregateCall> calls, WindowSpec? window)
    {
        string uid = Derived("local", Uid(input), $"{window}", string.Join(',', keys), string.Join(',', calls));
        return AddUnary(input, id => LocalAggregation.Node(keys, calls, window, id, facts, uid));
    }

    /// <summary>Joins; <paramref name="columns"/> are those that come out under <paramref name="fields"/>, none means all.</summary>
    private int LowerJoin(JoinPlan join, ValueList<SqlField> fields, ValueList<int> columns)
    {
        ValueList<int> sides = Meet(join.Left, join.LeftKeys, join.Right, join.RightKeys);
        return Add(new JoinNode(join.Type, join.LeftKeys, join.RightKeys, join.NullSafe, join.Residual)
        {
            Id = 0, Inputs = sides, Output = fields, Uid = Claim(join.Uid), Columns = columns,
            LeftTtlMs = join.LeftTtlMs, RightTtlMs = join.RightTtlMs,
        });
    }

    /// <summary>Looks up behind no exchange: only changes of a row stay together, or rows of a key where a hint says so.</summary>
    private int LowerLookup(TimeJoinPlan join, ValueList<SqlField> fields, ValueList<int> columns)
    {
        string uid = Claim(join.Uid);
        int width = join.Left.Fields.Count;
        int input = facts.Demands.KeepsLookups(uid) ? LowerWithKey(join.Left) : Lower(join.Left);
        ValueList<SqlField> all = _nodes[input].Output;
        bool updates = facts.Updates(input);
        ValueList<int> partition = join.Lookup!.Shuffles ? join.LeftKeys : default;
        if (updates)
        {
            partition = ValueList.From(facts.Key(input) is { Length: > 0 } rowsBy
                ? rowsBy : Enumerable.Range(0, all.Count).Where(c => !all[c].Type.IsNested));
        }

        if (partition.Count > 0)
        {
            input = Keyed(input, partition);
        }

        if (!facts.Demands.KeepsLookups(uid))
        {
            return AddUnary(input, i => LookupLowering.Node(join, i, fields, columns, partition, facts, uid));
        }

        // The rows that come out are kept by their key, which may be no column of the result.
        List<int> shown = [.. (columns.Count == 0 ? Enumerable.Range(0, join.Fields.Count) : columns).Select(Moved)];
        shown.AddRange(facts.Key(input)!.Where(k => !shown.Contains(k)));
        ValueList<int> rowKey = ValueList.From(facts.Key(input)!.Select(k => shown.IndexOf(k)));
        ValueList<SqlField> kept = ValueList.From(shown.Select((c, i) => i < fields.Count ? fields[i] : all[c]));
        TimeJoinPlan moved = join with { Residual = join.Residual is null ? null : ExpressionTree.Remap(join.Residual, Moved) };
        int id = AddUnary(
            input, i => LookupLowering.Node(moved, i, kept, ValueList.From(shown), partition, facts, uid));
        id = AddUnary(WithBytes(id), i => new ChangelogNormalizeNode(rowKey)
        {
            Id = 0, Inputs = [i], Output = _nodes[i].Output, Uid = Claim($"normalize-{PlanIdentity.Hash(join.Uid)}"),
        });
        int Moved(int column) => column < width ? column : column + all.Count - width;
        return Trim(FromBytes(id, kept), fields);
    }

    /// <summary>Lowers a plan with its key, which may stand below a projection that was not asked for it, behind its columns.</summary>
    private int LowerWithKey(LogicalPlan plan)
    {
        if (plan is not ProjectPlan { Input: not (JoinPlan or TimeJoinPlan) } project
            || facts.Key(LowerWide(project.Input)) is not { } key
            || key.All(k => project.Expressions.Any(e => e is ColumnExpression column && column.Index == k)))
        {
            return Lower(plan);
        }

        int below = LowerWide(project.Input);
        ValueList<SqlField> fields = _nodes[below].Output;
        return Project(
            below, ValueList.From(project.Expressions.Concat(key.Select(k => new ColumnExpression(k, fields[k].Type)))),
            ValueList.From(project.Fields.Concat(key.Select(k => fields[k]))));
    }

    private int LowerSemiJoin(SemiJoinPlan join)
    {
        // Where NULLs of the value matter, all rows that differ in nothing else must meet.
        int keys = join.IsNullAware ? join.LeftKeys.Count - 1 : join.LeftKeys.Count;
        ValueList<int> sides = Meet(
            join.Left, ValueList.From(join.LeftKeys.Take(keys)), join.Right, ValueList.From(join.RightKeys.Take(keys)));
        return Add(
            new SemiJoinNode(join.Kind, join.LeftKeys, join.RightKeys, join.IsNullAware)
            {
                Id = 0, Inputs = sides, Output = join.Fields, Uid = Claim(join.Uid),
            });
    }

    /// <summary>Brings the sides of a join to where their keys meet.</summary>
    private ValueList<int> Meet(LogicalPlan left, ValueList<int> leftKeys, LogicalPlan right, ValueList<int> rightKeys)
    {
        int[] sides = [Keyed(Lower(left), leftKeys), Keyed(Lower(right), rightKeys)];
        return ValueList.From(sides.Any(HasExchange) ? sides.Select(Apart) : sides);
    }

    /// <summary>
    /// Lets a node begin a fragment behind this input. With an exchange below, another input may share its source: in one
    /// fragment with it the node would wait for itself.
    /// </summary>
    private int Apart(int input) =>
        _nodes[input] is ExchangeNode ? input : Exchange(input, Partitioning.Forward, default, _parallelism[input]);

    private int Keyed(int input, ValueList<int> keys) =>
        Exchange(input, keys.Count == 0 ? Partitioning.Single : Partitioning.Hash, keys);
}
