using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: each window is emitted once, over the rows that were not late. Method: random rows in and out of order,
// watermarks between batches, kinds and cuts against windows computed row by row; checkpoints restored elsewhere.
public sealed class WindowAggregateTests : OperatorTest
{
    public static TheoryData<int> Seeds() => SeedsUpTo(52);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Windows_hold_the_rows_that_were_not_late(int seed)
    {
        var run = new Run(seed);
        WindowAggregateNode node = NodeOf(run);
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(run.Precision), [.. node.Keys], Allocator, Pages);
        int maxParallelism = node.Keys.Count == 0 || node.Best is not null ? 1 : 3;
        cluster.Start(1 + run.Random.Next(maxParallelism));
        var state = new Model();
        for (int step = 0; step < 10; step++)
        {
            Feed(cluster, node, run, state);
            if (run.Random.Next(2) == 0)
            {
                state.Watermark = Math.Max(state.Watermark, state.Clock - run.Random.Next(3000));
                cluster.Advance(state.Watermark);
                Compare(node, run, state, cluster);
            }

            if (run.Random.Next(5) == 0)
            {
                Model model = state.Copy();
                long late = cluster.LateRows;
                if (cluster.Interrupt(run.Random, fullOdds: 3, maxParallelism, () =>
                {
                    Feed(cluster, node, run, state);
                    state.Watermark = Math.Max(state.Watermark, state.Clock - run.Random.Next(3000));
                    cluster.Advance(state.Watermark);
                    Compare(node, run, state, cluster);
                }))
                {
                    state = model;
                    cluster.LateRows = late;
                }
            }
        }

        state.Watermark = long.MaxValue;
        cluster.Advance(long.MaxValue);
        Compare(node, run, state, cluster);
        Assert.Equal(state.Late, cluster.LateRows);
    }

    [Fact]
    public void A_null_rowtime_is_an_error_that_names_the_column()
    {
        var run = new Run(3);
        WindowAggregateNode node = NodeOf(run);
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(run.Precision), [.. node.Keys], Allocator, Pages);
        cluster.Start(1);
        object?[] row = [.. GroupAggregateTests.TypesOf(run.Precision).Select(t => GroupAggregateTests.Value(t, run.Random))];
        row[8] = null;
        UserException error = Assert.Throws<UserException>(() => cluster.Process([row], null, run.Random));
        Assert.Contains("c8", error.Message, StringComparison.Ordinal);
    }

    internal static IEnumerable<(long Start, long End)> WindowsOf(WindowSpec spec, long time)
    {
        long Floor(long t, long step) => (long)Math.Floor((t - spec.OffsetMs) / (double)step) * step + spec.OffsetMs;
        switch (spec.Kind)
        {
            case WindowKind.Tumble:
                yield return (Floor(time, spec.SizeMs), Floor(time, spec.SizeMs) + spec.SizeMs);
                break;
            case WindowKind.Hop:
                for (long start = Floor(time, spec.SlideMs); start > time - spec.SizeMs; start -= spec.SlideMs)
                {
                    yield return (start, start + spec.SizeMs);
                }

                break;
            default:
                long first = Floor(time, spec.SizeMs);
                for (long end = first + spec.SlideMs; end <= first + spec.SizeMs; end += spec.SlideMs)
                {
                    if (end > time)
                    {
                        yield return (first, end);
                    }
                }

                break;
        }
    }

    private static void Feed(OperatorCluster cluster, WindowAggregateNode node, Run run, Model state)
    {
        Random random = run.Random;
        int count = 1 + random.Next(random.Next(8) == 0 ? 900 : 50);
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        while (rows.Count < count)
        {
            int victim = run.Retracts && random.Next(3) == 0 ? state.Live.FindLastIndex(r => !IsLate(node, run, r, state)) : -1;
            object?[] row;
            if (victim >= 0)
            {
                row = state.Live[victim];
                state.Live.RemoveAt(victim);
                kinds.Add(RowKind.Delete);
            }
            else
            {
                row = [.. GroupAggregateTests.TypesOf(run.Precision).Select(t => GroupAggregateTests.Value(t, random))];
                state.Clock += random.Next(random.Next(50) == 0 ? 5000 : 40);
                row[8] = (state.Clock - (run.Ordered ? 0 : random.Next(6000))) * run.Units;
                kinds.Add(RowKind.Insert);
                bool late = IsLate(node, run, row, state);
                state.Late += late ? 1 : 0;
                if (!late)
                {
                    state.Live.Add(row);
                }
            }

            rows.Add(row);
        }

        cluster.Process(rows, run.Retracts ? kinds : null, random);
    }

    private static bool IsLate(WindowAggregateNode node, Run run, object?[] row, Model state)
    {
        long slice = SliceEnds(node.Window, TimeOf(run, row));
        return slice - 1 <= state.Watermark;
    }

    /// <summary>Returns the last end of the windows of a row: a row counts in the windows that are still open.</summary>
    private static long SliceEnds(WindowSpec spec, long time) => WindowsOf(spec, time).Max(w => w.End);

    private static long TimeOf(Run run, object?[] row) => (long)Math.Floor((double)(long)row[8]! / run.Units);

    private static void Compare(WindowAggregateNode node, Run run, Model state, OperatorCluster cluster)
    {
        // Rows that fell into a fired window while another of theirs was open do not count in the fired one.
        foreach (object?[] row in state.Live)
        {
            foreach ((long start, long end) in WindowsOf(node.Window, TimeOf(run, row)))
            {
                if (!state.Fired.Contains(end))
                {
                    (state.Windows.TryGetValue((start, end), out List<object?[]>? held) ? held : state.Windows[(start, end)] = []).Add(row);
                }
            }
        }

        foreach (((long start, long end), List<object?[]> rows) in state.Windows.Where(w => w.Key.Item2 - 1 <= state.Watermark).ToList())
        {
            IGrouping<string, object?[]>[] groups = [.. rows.GroupBy(r => BoxedRows.Print(node.Keys.Select(k => r[k])))];
            foreach (IGrouping<string, object?[]> group in groups.Where(g => node.Best is null || g.Count() == groups.Max(o => o.Count())))
            {
                state.Expected.Add(BoxedRows.Print(node.Keys.Select(k => group.First()[k])
                    .Concat(node.Aggregates.Select(a => GroupAggregateTests.Widened(a, ReferenceAggregate.Compute(a, group))))
                    .Append(start).Append(end).Append((end - 1) * run.Units)));
            }
        }

        state.Windows.Clear();
        for (long t = 0; t < state.Clock + 100_000; t += 250)
        {
            foreach ((long _, long end) in WindowsOf(node.Window, t - 10_000))
            {
                if (end - 1 <= state.Watermark)
                {
                    state.Fired.Add(end);
                }
            }
        }

        var found = cluster.Output.SelectMany(p => Enumerable.Repeat(p.Key, Math.Max(1, p.Value))).Order(StringComparer.Ordinal).ToList();
        List<string> expected = [.. state.Expected.Order(StringComparer.Ordinal)];
        Assert.True(expected.SequenceEqual(found), $"seed {run.Seed} {node.Describe()}\nmissing\n{string.Join("\n", expected.Except(found).Take(4))}\nextra\n{string.Join("\n", found.Except(expected).Take(4))}\n{expected.Count} {found.Count}");
    }

    private static WindowAggregateNode NodeOf(Run run)
    {
        Random random = run.Random;
        SqlType[] types = GroupAggregateTests.TypesOf(run.Precision);
        int[] keys = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(run.Seed % 5 == 0 ? 0 : 1 + random.Next(2))];
        AggregateCall[] calls = run.Seed > 18
            ? GroupAggregateTests.Sums(random)
            : GroupAggregateTests.Calls(random, 1 + random.Next(4), ordered: false);
        SqlField[] output =
        [
            .. keys.Select(k => new SqlField($"k{k}", types[k])),
            .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)),
            new SqlField("window_start", SqlType.Timestamp(3)),
            new SqlField("window_end", SqlType.Timestamp(3)),
            new SqlField("window_time", types[8]),
        ];
        WindowSpec spec = (run.Seed % 3) switch
        {
            0 => new WindowSpec(WindowKind.Tumble, 8, 2000, 2000, random.Next(2) * 250),
            1 => random.Next(2) == 0 ? new WindowSpec(WindowKind.Hop, 8, 3000, 1000, 0) : new WindowSpec(WindowKind.Hop, 8, 2500, 1000, 250),
            _ => new WindowSpec(WindowKind.Cumulate, 8, 4000, 1000, random.Next(2) * 500),
        };
        return new WindowAggregateNode(spec, ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.Create<SqlField>(output),
            Uid = "u",
            InsertOnlyInput = !run.Retracts,

            // Then only the groups with the most rows come, ties among them.
            Best = run.Seed > 42 ? "s0" : null,
        };
    }

    private sealed class Run(int seed)
    {
        public int Seed { get; } = seed;

        public Random Random { get; } = new(seed);

        public bool Retracts { get; } = seed % 4 == 1;

        public bool Ordered { get; } = seed % 2 == 0;

        public int Precision { get; } = seed % 7 == 0 ? 6 : 3;

        public long Units => Precision == 6 ? 1000 : 1;
    }

    private sealed class Model
    {
        public long Clock { get; set; } = 20_000;

        public long Watermark { get; set; } = long.MinValue;

        public long Late { get; set; }

        public List<object?[]> Live { get; init; } = [];

        public HashSet<long> Fired { get; init; } = [];

        public List<string> Expected { get; init; } = [];

        public Dictionary<(long, long), List<object?[]>> Windows { get; } = [];

        public Model Copy() => new()
        {
            Clock = Clock,
            Watermark = Watermark,
            Late = Late,
            Live = [.. Live],
            Fired = [.. Fired],
            Expected = [.. Expected],
        };
    }
}
