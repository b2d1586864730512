using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: with early and late results the rows that stand are, after every batch, the aggregates of all rows that came in time
// (within the lateness). Method: random rows, late ones among them, retractions and cuts against windows computed anew;
// checkpoints restored elsewhere, where a result that was given must be taken back exactly once. What would break it: an
// image taken after the change, a result not remembered in the row, a window dropped too early.
public sealed class FiringWindowTests : IDisposable
{
    private const int Time = 8;
    private const long Lateness = 3000;
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _pages = new();
    private readonly BufferAllocator _allocator;

    public FiringWindowTests() => _allocator = new BufferAllocator("test", _buffers);

    public void Dispose()
    {
        _allocator.Dispose();
        _pages.Dispose();
        _buffers.Dispose();
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_stands_is_the_aggregate_of_all_rows_in_time(int seed)
    {
        var random = new Random(seed);
        bool retracts = seed % 3 == 1;
        SqlType[] types = GroupAggregateTests.TypesOf(3);
        int[] keys = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(seed % 6 == 0 ? 0 : 1 + random.Next(2))];
        AggregateCall[] calls = [.. GroupAggregateTests.Calls(random, 1 + random.Next(4), ordered: false)
            .Where(c => c.Type.ToArrow() is { IsView: true } or { ByteWidth: > 0 })];
        WindowSpec spec = seed % 2 == 0
            ? new WindowSpec(WindowKind.Tumble, Time, 2000, 2000, 0) : new WindowSpec(WindowKind.Hop, Time, 3000, 1000, 0);
        SqlField[] output =
        [
            .. keys.Select(k => new SqlField($"k{k}", types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)),
            new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", types[Time]),
        ];
        var node = new WindowAggregateNode(spec, ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1, Output = ValueList.Create<SqlField>(output), Uid = "u", InsertOnlyInput = !retracts,
            Changelog = ChangelogMode.Retract, Firing = new WindowFiring(0, 0, Lateness),
        };
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(3), keys, _allocator, _pages);
        int most = keys.Length == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var model = new Model();
        void Feed()
        {
            var rows = new List<object?[]>();
            var kinds = new List<RowKind>();
            for (int n = 1 + random.Next(40); n > 0; n--)
            {
                List<object?[]> live = retracts && random.Next(3) == 0
                    ? model.Rows.FindAll(r => WindowAggregateTests.WindowsOf(spec, (long)r[Time]!).All(w => !IsGone(w.End, model))) : [];
                if (live.Count > 0)
                {
                    rows.Add(live[random.Next(live.Count)]);
                    kinds.Add(RowKind.Delete);
                    model.Rows.Remove(rows[^1]);
                    continue;
                }

                object?[] row = [.. types.Select(t => GroupAggregateTests.Value(t, random))];
                model.Clock += random.Next(60);
                row[Time] = model.Clock - random.Next(7000);
                rows.Add(row);
                kinds.Add(RowKind.Insert);
                (long Start, long End)[] open =
                    [.. WindowAggregateTests.WindowsOf(spec, (long)row[Time]!).Where(w => !IsGone(w.End, model))];
                if (open.Length > 0)
                {
                    model.Rows.Add(row);
                    model.Open[row] = open;
                }
                else
                {
                    model.Late++;
                }
            }

            cluster.Process(rows, retracts ? kinds : null, random);
        }

        void Check()
        {
            var expected = new List<string>();
            foreach (var window in model.Rows.SelectMany(r => model.Open[r].Select(w => (w.Start, w.End, Row: r)))
                .GroupBy(x => (x.Start, x.End, Key: BoxedRows.Print(keys.Select(k => x.Row[k])))))
            {
                object?[][] rows = [.. window.Select(x => x.Row)];
                expected.Add(BoxedRows.Print(keys.Select(k => rows[0][k])
                    .Concat(calls.Select(a => GroupAggregateTests.Widened(a, ReferenceAggregate.Compute(a, rows))))
                    .Append(window.Key.Start).Append(window.Key.End).Append(window.Key.End - 1)));
            }

            string[] found = [.. cluster.Output.SelectMany(p => Enumerable.Repeat(p.Key, Math.Max(1, Math.Abs(p.Value))))
                .Order(StringComparer.Ordinal)];
            string[] wanted = [.. expected.Order(StringComparer.Ordinal)];
            Assert.True(wanted.SequenceEqual(found), $"seed {seed} {node.Describe()}\nmissing\n{string.Join("\n", wanted.Except(found).Take(4))}"
                + $"\nextra\n{string.Join("\n", found.Except(wanted).Take(4))}");
        }

        for (int step = 0; step < 12; step++)
        {
            Feed();
            Check();
            if (random.Next(2) == 0)
            {
                model.Watermark = Math.Max(model.Watermark, model.Clock - random.Next(4000));
                cluster.Advance(model.Watermark);
                Check();
            }

            if (random.Next(4) == 0)
            {
                cluster.Checkpoint(random.Next(3) == 0, () => { });
                var before = new Dictionary<string, int>(cluster.Output);
                cluster.Restore(1 + random.Next(most));
                Assert.Equal(before, cluster.Output);
            }
        }

        cluster.Advance(long.MaxValue);
        Check();
        Assert.Equal(model.Late, cluster.LateRows);
    }

    private static bool IsGone(long end, Model model) =>
        model.Watermark > long.MinValue && end - 1 + Lateness <= model.Watermark;

    private sealed class Model
    {
        public long Clock { get; set; } = 20_000;

        public long Watermark { get; set; } = long.MinValue;

        public long Late { get; set; }

        public List<object?[]> Rows { get; } = [];

        public Dictionary<object?[], (long Start, long End)[]> Open { get; } = [];
    }
}
