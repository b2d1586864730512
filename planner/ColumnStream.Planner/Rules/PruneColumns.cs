using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Drops columns that nobody reads, down to what sources decode.</summary>
internal static class PruneColumns
{
    /// <summary>Is a plan that gives at least the columns asked for, and where each old column went, or -1.</summary>
    private sealed record Pruned(LogicalPlan Plan, int[] Map)
    {
        public BoundExpression Remap(BoundExpression expression) => ExpressionTree.Remap(expression, c => Map[c]);
    }

    public static LogicalPlan Apply(LogicalPlan plan)
    {
        var all = new SortedSet<int>(Enumerable.Range(0, plan.Fields.Count));
        return plan is SinkPlan sink
            ? new SinkPlan(Exactly(sink.Input, all), sink.Table, sink.Uid)
            : Exactly(plan, all);
    }

    /// <summary>Prunes to exactly <paramref name="wanted"/>, in order.</summary>
    private static LogicalPlan Exactly(LogicalPlan plan, SortedSet<int> wanted)
    {
        Pruned pruned = Prune(plan, wanted);
        bool isExact = pruned.Plan.Fields.Count == wanted.Count && wanted.Select((c, i) => pruned.Map[c] == i).All(same => same);
        return isExact ? pruned.Plan : new ProjectPlan(
            pruned.Plan,
            ValueList.From(wanted.Select(c => (BoundExpression)new ColumnExpression(pruned.Map[c], plan.Fields[c].Type))),
            ValueList.From(wanted.Select(c => plan.Fields[c])));
    }

    private static Pruned Prune(LogicalPlan plan, SortedSet<int> wanted) => plan switch
    {
        TableReadPlan read => PruneRead(read, wanted),
        ValuesPlan values => PruneValues(values, wanted),
        FilterPlan filter => PruneFilter(filter, wanted),
        ProjectPlan project => PruneProject(project, wanted),
        WindowPlan window => PruneWindow(window, wanted),
        AggregatePlan aggregate => PruneAggregate(aggregate, wanted),
        WindowAggregatePlan aggregate => PruneWindowAggregate(aggregate, wanted),
        ExpandPlan expand => PruneExpand(expand, wanted),
        ScalarJoinPlan join => PruneScalarJoin(join, wanted),
        SemiJoinPlan join => PruneSemiJoin(join, wanted),
        JoinPlan join => PruneJoin(join, wanted),
        TimeJoinPlan join => PruneTimeJoin(join, wanted),
        ArgMaxPlan best => PruneArgMax(best, wanted),
        OverPlan over => PruneOver(over, wanted),
        RankPlan rank => PruneRank(rank, wanted),
        SetOperationPlan set => PruneSet(set),
        UnnestPlan unnest => PruneUnnest(unnest, wanted),
        UnionPlan union => PruneUnion(union, wanted),
        SortPlan sort => PruneSort(sort, wanted),
        LimitPlan limit => Prune(limit.Input, wanted) is var input
            ? input with { Plan = new LimitPlan(input.Plan, limit.Offset, limit.Count, limit.Uid) } : null!,
        _ => throw new InvariantException(9001, $"Plan node is unknown: {plan.GetType().Name}."),
    };

    private static Pruned PruneRead(TableReadPlan read, SortedSet<int> wanted)
    {
        var kept = new SortedSet<int>(wanted);
        if (kept.Count == 0 && read.Columns.Count > 0)
        {
            // Rows alone are wanted: the column that is cheapest to decode stands for them.
            int cheap = Enumerable.Range(0, read.Columns.Count).FirstOrDefault(
                i => read.Table.Columns[read.Columns[i]] is
                    { Computed: null, Type: { IsNumeric: true } or { Id: SqlTypeId.Boolean } });
            kept.Add(cheap);
        }

        return new Pruned(
            read.WithColumns(ValueList.From(kept.Select(c => read.Columns[c]))), MapOf(kept, read.Fields.Count));
    }

    private static Pruned PruneValues(ValuesPlan values, SortedSet<int> wanted) => new(
        new ValuesPlan(
            ValueList.From(values.Rows.Select(r => new ValuesRow(ValueList.From(wanted.Select(c => r.Cells[c]))))),
            Pick(values.Fields, wanted)),
        MapOf(wanted, values.Fields.Count));

    private static Pruned PruneFilter(FilterPlan filter, SortedSet<int> wanted)
    {
        var needed = new SortedSet<int>(wanted);
        ExpressionTree.CollectColumns(filter.Predicate, needed);
        Pruned input = Prune(filter.Input, needed);
        return input with { Plan = new FilterPlan(input.Plan, input.Remap(filter.Predicate)) };
    }

    private static Pruned PruneProject(ProjectPlan project, SortedSet<int> wanted)
    {
        var needed = new SortedSet<int>();
        foreach (int column in wanted)
        {
            ExpressionTree.CollectColumns(project.Expressions[column], needed);
        }

        Pruned input = Prune(project.Input, needed);
        if (wanted.Count == 0)
        {
            // Rows alone are wanted, and those of the input are as many.
            return new Pruned(input.Plan, MapOf(wanted, project.Fields.Count));
        }

        return new Pruned(
            new ProjectPlan(
                input.Plan, ValueList.From(wanted.Select(c => input.Remap(project.Expressions[c]))), Pick(project.Fields, wanted)),
            MapOf(wanted, project.Fields.Count));
    }

    private static Pruned PruneWindow(WindowPlan window, SortedSet<int> wanted)
    {
        int width = window.Input.Fields.Count;
        SortedSet<int> needed = [.. wanted.Where(c => c < width), .. window.Window.Partition, window.Window.TimeColumn];
        Pruned input = Prune(window.Input, needed);
        var map = new int[window.Fields.Count];
        var fields = new SqlField[input.Plan.Fields.Count + 3];
        input.Plan.Fields.Span.CopyTo(fields);
        for (int i = 0; i < map.Length; i++)
        {
            map[i] = i < width ? input.Map[i] : input.Plan.Fields.Count + i - width;
            if (map[i] >= 0)
            {
                fields[map[i]] = window.Fields[i];
            }
        }

        WindowSpec spec = window.Window with
        {
            TimeColumn = input.Map[window.Window.TimeColumn],
            Partition = ValueList.From(window.Window.Partition.Select(c => input.Map[c])),
        };
        return new Pruned(window with { Input = input.Plan, Window = spec, Fields = ValueList.Create<SqlField>(fields) }, map);
    }

    private static Pruned PruneAggregate(AggregatePlan aggregate, SortedSet<int> wanted)
    {
        int keys = aggregate.Keys.Count;
        var kept = new SortedSet<int>(wanted);
        kept.UnionWith(Enumerable.Range(0, keys));
        if (kept.Count == 0 && aggregate.Aggregates.Count > 0)
        {
            kept.Add(0);
        }

        AggregateCall[] calls = [.. kept.Where(c => c >= keys).Select(c => aggregate.Aggregates[c - keys])];
        Pruned input = Prune(aggregate.Input, Needed(aggregate.Keys, calls));
        return new Pruned(
            aggregate with
            {
                Input = input.Plan,
                Keys = ValueList.From(aggregate.Keys.Select(k => input.Map[k])),
                Aggregates = Remap(calls, input),
                Fields = Pick(aggregate.Fields, kept),
            },
            MapOf(kept, aggregate.Fields.Count));
    }

    private static Pruned PruneWindowAggregate(WindowAggregatePlan aggregate, SortedSet<int> wanted)
    {
        int keys = aggregate.Keys.Count;
        int bounds = keys + aggregate.Aggregates.Count;
        var kept = new SortedSet<int>(wanted);
        kept.UnionWith(Enumerable.Range(0, keys));
        kept.UnionWith(Enumerable.Range(bounds, aggregate.Fields.Count - bounds));
        AggregateCall[] calls = [.. kept.Where(c => c >= keys && c < bounds).Select(c => aggregate.Aggregates[c - keys])];
        SortedSet<int> needed = Needed(aggregate.Keys, calls);
        needed.Add(aggregate.Window.TimeColumn);
        Pruned input = Prune(aggregate.Input, needed);
        return new Pruned(
            aggregate with
            {
                Input = input.Plan,
                Window = aggregate.Window with
                {
                    TimeColumn = input.Map[aggregate.Window.TimeColumn],
                    Partition = ValueList.From(aggregate.Window.Partition.Select(c => input.Map[c])),
                },
                Keys = ValueList.From(aggregate.Keys.Select(k => input.Map[k])),
                Aggregates = Remap(calls, input),
                Fields = Pick(aggregate.Fields, kept),
            },
            MapOf(kept, aggregate.Fields.Count));
    }

    private static Pruned PruneScalarJoin(ScalarJoinPlan join, SortedSet<int> wanted)
    {
        // Without a column that is read, one still stands for the row, of which there may be only one.
        int width = join.Left.Fields.Count;
        SortedSet<int> values = [.. wanted.Where(c => c >= width).Select(c => c - width)];
        if (values.Count == 0 && join.Right.Fields.Count > 0)
        {
            values.Add(0);
        }

        Pruned left = Prune(join.Left, [.. wanted.Where(c => c < width)]);
        int[] map = [.. left.Map, .. MapOf(values, join.Right.Fields.Count)];
        for (int i = width; i < map.Length; i++)
        {
            map[i] += map[i] < 0 ? 0 : left.Plan.Fields.Count;
        }

        ScalarJoinPlan pruned = join with
        {
            Left = left.Plan,
            Right = Exactly(join.Right, values),
            Fields = [.. left.Plan.Fields, .. values.Select(c => join.Fields[width + c])],
        };
        return new Pruned(pruned, map);
    }

    private static Pruned PruneSemiJoin(SemiJoinPlan join, SortedSet<int> wanted)
    {
        int width = join.Left.Fields.Count;
        Pruned left = Prune(join.Left, [.. wanted.Where(c => c < width), .. join.LeftKeys]);
        Pruned right = Prune(join.Right, [.. join.RightKeys]);
        bool hasMark = join.Fields.Count > width;
        return new Pruned(
            new SemiJoinPlan(
                left.Plan,
                right.Plan,
                join.Kind,
                ValueList.From(join.LeftKeys.Select(k => left.Map[k])),
                ValueList.From(join.RightKeys.Select(k => right.Map[k])),
                join.IsNullAware,
                [.. left.Plan.Fields, .. hasMark ? [join.Fields[width]] : System.Array.Empty<SqlField>()],
                join.Uid),
            hasMark ? [.. left.Map, left.Plan.Fields.Count] : left.Map);
    }

    private static Pruned PruneJoin(JoinPlan join, SortedSet<int> wanted)
    {
        int width = join.Left.Fields.Count;
        var needed = new SortedSet<int>(wanted.Concat(join.LeftKeys).Concat(join.RightKeys.Select(k => k + width)));
        if (join.Residual is not null)
        {
            ExpressionTree.CollectColumns(join.Residual, needed);
        }

        Pruned left = Prune(join.Left, [.. needed.Where(c => c < width)]);
        Pruned right = Prune(join.Right, [.. needed.Where(c => c >= width).Select(c => c - width)]);
        int first = left.Plan.Fields.Count;
        int[] all = [.. left.Map, .. right.Map.Select(c => c < 0 ? -1 : c + first)];
        int[] map = all[..join.Fields.Count];

        // An input may keep a column that nobody asked for, when rows alone are wanted: an outer join makes it NULL.
        SqlField[] fields =
        [
            .. left.Plan.Fields.Concat(join.HasRightColumns ? right.Plan.Fields : [])
                .Select(f => f with { Type = f.Type with { Nullable = true } }),
        ];
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] >= 0)
            {
                fields[map[i]] = join.Fields[i];
            }
        }

        return new Pruned(
            join with
            {
                Left = left.Plan,
                Right = right.Plan,
                LeftKeys = ValueList.From(join.LeftKeys.Select(k => left.Map[k])),
                RightKeys = ValueList.From(join.RightKeys.Select(k => right.Map[k])),
                Residual = join.Residual is null ? null : ExpressionTree.Remap(join.Residual, c => all[c]),
                Fields = ValueList.Create<SqlField>(fields),
            },
            map);
    }

    private static Pruned PruneTimeJoin(TimeJoinPlan join, SortedSet<int> wanted)
    {
        int width = join.Left.Fields.Count;
        int[] times = join.LeftTime < 0 ? [] : [join.LeftTime, join.RightTime + width];
        var needed = new SortedSet<int>(
            wanted.Concat(times).Concat(join.LeftKeys).Concat(join.RightKeys.Select(k => k + width)));
        if (join.Residual is not null)
        {
            ExpressionTree.CollectColumns(join.Residual, needed);
        }

        Pruned left = Prune(join.Left, [.. needed.Where(c => c < width)]);
        Pruned right = Prune(join.Right, [.. needed.Where(c => c >= width).Select(c => c - width)]);
        int first = left.Plan.Fields.Count;
        int[] all = [.. left.Map, .. right.Map.Select(c => c < 0 ? -1 : c + first)];
        int[] map = all[..join.Fields.Count];
        SqlField[] fields = [.. left.Plan.Fields, .. join.HasRightColumns ? right.Plan.Fields : default];
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] >= 0)
            {
                fields[map[i]] = join.Fields[i];
            }
        }

        return new Pruned(
            join with
            {
                Left = left.Plan,
                Right = right.Plan,
                LeftKeys = ValueList.From(join.LeftKeys.Select(k => left.Map[k])),
                RightKeys = ValueList.From(join.RightKeys.Select(k => right.Map[k])),
                LeftTime = join.LeftTime < 0 ? -1 : left.Map[join.LeftTime],
                RightTime = join.RightTime < 0 ? -1 : right.Map[join.RightTime],
                Residual = join.Residual is null ? null : ExpressionTree.Remap(join.Residual, c => all[c]),
                Fields = ValueList.Create<SqlField>(fields),
            },
            map);
    }

    private static Pruned PruneArgMax(ArgMaxPlan best, SortedSet<int> wanted)
    {
        int width = best.Input.Fields.Count;
        Pruned input = Prune(
            best.Input,
            [.. wanted.Where(c => c < width), .. best.Keys, .. best.Extreme.Arguments, best.Window.TimeColumn]);
        int[] map = [.. input.Map, .. Enumerable.Range(input.Plan.Fields.Count, 3)];
        SqlField[] fields = [.. input.Plan.Fields, .. best.Fields.Skip(width)];
        for (int i = 0; i < width; i++)
        {
            if (map[i] >= 0)
            {
                fields[map[i]] = best.Fields[i];
            }
        }

        ArgMaxPlan pruned = best with
        {
            Input = input.Plan,
            Window = best.Window with { TimeColumn = input.Map[best.Window.TimeColumn] },
            Keys = ValueList.From(best.Keys.Select(k => input.Map[k])),
            Extreme = Remap([best.Extreme], input)[0],
            Fields = ValueList.Create<SqlField>(fields),
        };
        return new Pruned(pruned, map);
    }

    private static Pruned PruneExpand(ExpandPlan expand, SortedSet<int> wanted)
    {
        // The number of the set stays: it is part of the aggregation's key.
        int number = expand.Input.Fields.Count;
        Pruned input = Prune(expand.Input, [.. wanted.Where(c => c < number)]);
        int[] map = [.. input.Map, input.Plan.Fields.Count];
        var fields = new SqlField[input.Plan.Fields.Count + 1];
        input.Plan.Fields.Span.CopyTo(fields);
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] >= 0)
            {
                fields[map[i]] = expand.Fields[i];
            }
        }

        IEnumerable<ValueList<int>> nulled = expand.Nulled.Select(
            set => ValueList.From(set.Select(c => map[c]).Where(c => c >= 0).Order()));
        return new Pruned(new ExpandPlan(input.Plan, ValueList.From(nulled), ValueList.Create<SqlField>(fields)), map);
    }

    private static Pruned PruneOver(OverPlan over, SortedSet<int> wanted)
    {
        int width = over.Input.Fields.Count;
        WindowCall[] calls = [.. over.Calls.Where((c, i) => wanted.Contains(width + i))];
        var needed = new SortedSet<int>(wanted.Where(c => c < width));
        if (calls.Length == 0)
        {
            Pruned plain = Prune(over.Input, needed);
            return plain with { Map = [.. plain.Map, .. Enumerable.Repeat(-1, over.Calls.Count)] };
        }

        needed.UnionWith(Needed(over.Partition, [.. calls.Select(c => c.Call)]));
        needed.UnionWith(over.Order.Select(k => k.Column));
        Pruned input = Prune(over.Input, needed);
        int first = input.Plan.Fields.Count;
        int next = first;
        int[] map = [.. input.Map, .. over.Calls.Select((c, i) => wanted.Contains(width + i) ? next++ : -1)];
        SqlField[] added = [.. over.Fields.Skip(width).Where((f, i) => map[width + i] >= 0)];
        AggregateCall[] lowered = [.. Remap([.. calls.Select(c => c.Call)], input)];
        return new Pruned(
            new OverPlan(
                input.Plan,
                ValueList.From(over.Partition.Select(k => input.Map[k])),
                ValueList.From(over.Order.Select(k => k with { Column = input.Map[k.Column] })),
                ValueList.From(calls.Select((c, i) => c with { Call = lowered[i] })),
                [.. input.Plan.Fields, .. added],
                over.Uid),
            map);
    }

    private static Pruned PruneRank(RankPlan rank, SortedSet<int> wanted)
    {
        int width = rank.Input.Fields.Count;
        Pruned input = Prune(rank.Input, [.. wanted.Where(c => c < width), .. rank.Partition, .. rank.Order.Select(k => k.Column)]);
        bool isNumbered = rank.HasNumber && wanted.Contains(width);
        RankPlan pruned = rank with
        {
            Input = input.Plan,
            Partition = ValueList.From(rank.Partition.Select(k => input.Map[k])),
            Order = ValueList.From(rank.Order.Select(k => k with { Column = input.Map[k.Column] })),
            Fields = isNumbered ? [.. input.Plan.Fields, rank.Fields[width]] : input.Plan.Fields,
        };
        return new Pruned(pruned, rank.HasNumber ? [.. input.Map, isNumbered ? input.Plan.Fields.Count : -1] : input.Map);
    }

    /// <summary>Keeps all columns: rows are compared whole.</summary>
    private static Pruned PruneSet(SetOperationPlan set)
    {
        SortedSet<int> all = [.. Enumerable.Range(0, set.Fields.Count)];
        return new Pruned(set with { Left = Exactly(set.Left, all), Right = Exactly(set.Right, all) }, [.. all]);
    }

    private static Pruned PruneUnnest(UnnestPlan unnest, SortedSet<int> wanted)
    {
        // The parts of the element stay, since they stand in the collection anyway.
        int width = unnest.Kept.Count;
        int[] kept = [.. wanted.Where(c => c < width)];
        Pruned input = Prune(
            unnest.Input, [.. kept.Select(c => unnest.Kept[c]), .. ExpressionTree.ColumnsOf(unnest.Collection)]);
        int[] map = [.. Enumerable.Range(0, unnest.Fields.Count).Select(
            c => c >= width ? c - width + kept.Length : System.Array.IndexOf(kept, c))];
        return new Pruned(
            unnest with
            {
                Input = input.Plan,
                Collection = input.Remap(unnest.Collection),
                Kept = ValueList.From(kept.Select(c => input.Map[unnest.Kept[c]])),
                Fields = [.. kept.Select(c => unnest.Fields[c]), .. unnest.Fields.Skip(width)],
            },
            map);
    }

    private static Pruned PruneUnion(UnionPlan union, SortedSet<int> wanted)
    {
        SortedSet<int> kept = wanted.Count > 0 || union.Fields.Count == 0 ? wanted : [0];
        return new Pruned(
            new UnionPlan(ValueList.From(union.Branches.Select(b => Exactly(b, kept))), Pick(union.Fields, kept)),
            MapOf(kept, union.Fields.Count));
    }

    private static Pruned PruneSort(SortPlan sort, SortedSet<int> wanted)
    {
        var needed = new SortedSet<int>(wanted);
        needed.UnionWith(sort.Keys.Select(k => k.Column));
        Pruned input = Prune(sort.Input, needed);
        ValueList<SortKey> keys = ValueList.From(sort.Keys.Select(k => k with { Column = input.Map[k.Column] }));
        return input with { Plan = new SortPlan(input.Plan, keys, sort.Offset, sort.Count, sort.Uid) };
    }

    private static SortedSet<int> Needed(ValueList<int> keys, AggregateCall[] calls)
    {
        var needed = new SortedSet<int>(keys);
        foreach (AggregateCall call in calls)
        {
            needed.UnionWith(call.Arguments);
            if (call.Filter >= 0)
            {
                needed.Add(call.Filter);
            }
        }

        return needed;
    }

    private static ValueList<AggregateCall> Remap(AggregateCall[] calls, Pruned input) =>
        ValueList.From(calls.Select(call => call with
        {
            Arguments = ValueList.From(call.Arguments.Select(a => input.Map[a])),
            Filter = call.Filter < 0 ? -1 : input.Map[call.Filter],
        }));

    private static ValueList<SqlField> Pick(ValueList<SqlField> fields, SortedSet<int> kept) =>
        ValueList.From(kept.Select(c => fields[c]));

    private static int[] MapOf(SortedSet<int> kept, int width)
    {
        var map = new int[width];
        System.Array.Fill(map, -1);
        int next = 0;
        foreach (int column in kept)
        {
            map[column] = next++;
        }

        return map;
    }
}
