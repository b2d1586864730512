using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: sessions hold the rows that are no gap apart, once each, whatever order rows come in. Method: random rows with
// disorder, retractions and cuts against sessions that are kept as lists of rows and merged row by row; checkpoints taken
// while rows go on, restored at another parallelism. A merge forgotten, a neighbour not looked at, a value set not moved or
// a link not rebuilt gives other rows.
public sealed class SessionWindowTests : OperatorTest
{
    private const int Time = 8;

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 48)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Aggregates_are_those_of_the_rows_of_each_session(int seed)
    {
        var random = new Random(seed);
        bool retracts = seed % 3 == 1;
        int precision = seed % 7 == 0 ? 6 : 3;
        SqlType[] types = GroupAggregateTests.TypesOf(precision);
        int[] keys = KeysOf(random, seed);
        AggregateCall[] calls = seed % 4 == 0
            ? [new AggregateCall("COUNT", default, default, false, -1, SqlType.BigInt, "n")]
            : GroupAggregateTests.Calls(random, 1 + random.Next(4), ordered: false);
        var node = new WindowAggregateNode(Spec(random, keys), ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.From<SqlField>(
                [.. keys.Select(k => new SqlField($"k{k}", types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)), .. Bounds(types)]),
            Uid = "u",
            InsertOnlyInput = !retracts,
        };
        string Row(Session session, long start, long end, long units) => BoxedRows.Print(keys.Select(k => session.Rows[0][k])
            .Concat(calls.Select(a => GroupAggregateTests.Widened(a, ReferenceAggregate.Compute(a, session.Rows))))
            .Append(start).Append(end).Append((end - 1) * units));
        Run(seed, random, node, keys, retracts, precision, (session, start, end, units) => [Row(session, start, end, units)]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_come_whole_with_the_bounds_of_their_session(int seed)
    {
        var random = new Random(seed + 1000);
        bool retracts = seed % 3 == 1;
        int precision = seed % 7 == 0 ? 6 : 3;
        SqlType[] types = GroupAggregateTests.TypesOf(precision);
        int[] keys = KeysOf(random, seed);
        var node = new WindowAssignNode(Spec(random, keys))
        {
            Id = 1,
            Output = ValueList.From<SqlField>([.. types.Select((t, i) => new SqlField($"c{i}", t)), .. Bounds(types)]),
            Uid = "u",
        };
        Run(seed, random, node, keys, retracts, precision, (session, start, end, units) => [.. session.Rows.Select(
            row => BoxedRows.Print(row.Append(start).Append(end).Append((end - 1) * units)))]);
    }

    private static int[] KeysOf(Random random, int seed) =>
        [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(seed % 6 == 0 ? 0 : 1 + random.Next(2))];

    private static SqlField[] Bounds(SqlType[] types) =>
    [
        new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", types[Time]),
    ];

    private static WindowSpec Spec(Random random, int[] partition)
    {
        long gap = random.Next(3) == 0 ? 40 : 400;
        return new WindowSpec(WindowKind.Session, Time, gap, gap, 0) { Partition = ValueList.Create<int>(partition) };
    }

    private void Run(
        int seed, Random random, PhysicalNode node, int[] keys, bool retracts, int precision,
        Func<Session, long, long, long, string[]> print)
    {
        long gap = node is WindowAggregateNode a ? a.Window.SizeMs : ((WindowAssignNode)node).Window.SizeMs;
        long units = precision == 6 ? 1000 : 1;
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(precision), keys, Allocator, Pages);
        int most = keys.Length == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var model = new Model(keys, gap, units);
        void Feed()
        {
            var rows = new List<object?[]>();
            var kinds = new List<RowKind>();
            int count = 1 + random.Next(random.Next(8) == 0 ? 900 : 50);
            while (rows.Count < count)
            {
                List<object?[]> held = retracts && random.Next(3) == 0 ? [.. model.Open.SelectMany(s => s.Rows)] : [];
                object?[] row;
                if (held.Count > 0)
                {
                    row = held[random.Next(held.Count)];
                    kinds.Add(RowKind.Delete);
                }
                else
                {
                    row = [.. GroupAggregateTests.TypesOf(precision).Select(t => GroupAggregateTests.Value(t, random))];
                    model.Clock += random.Next(random.Next(50) == 0 ? 2000 : 12);
                    row[Time] = (model.Clock - (seed % 2 == 0 ? 0 : random.Next(1500))) * units;
                    kinds.Add(RowKind.Insert);
                }

                model.Take(row, kinds[^1] == RowKind.Insert);
                rows.Add(row);
            }

            cluster.Process(rows, retracts ? kinds : null, random);
        }

        void Advance(long watermark)
        {
            model.Watermark = Math.Max(model.Watermark, watermark);
            cluster.Advance(model.Watermark);
            model.Fire(print);
            var found = cluster.Output.SelectMany(p => Enumerable.Repeat(p.Key, Math.Max(1, p.Value))).Order(StringComparer.Ordinal).ToList();
            List<string> expected = [.. model.Expected.Order(StringComparer.Ordinal)];
            Assert.True(expected.SequenceEqual(found), $"seed {seed} {node.Describe()}\nmissing\n{string.Join("\n", expected.Except(found).Take(4))}"
                + $"\nextra\n{string.Join("\n", found.Except(expected).Take(4))}\n{expected.Count} {found.Count}");
        }

        for (int step = 0; step < 12; step++)
        {
            Feed();
            if (random.Next(2) == 0)
            {
                Advance(model.Clock - random.Next(1200));
            }

            if (random.Next(4) == 0)
            {
                Model copy = model.Copy();
                long late = cluster.LateRows;
                if (cluster.Interrupt(random, fullOdds: 3, most, () =>
                {
                    Feed();
                    Advance(model.Clock - random.Next(1200));
                }))
                {
                    model = copy;
                    cluster.LateRows = late;
                }
            }
        }

        Advance(long.MaxValue);
        Assert.Equal(model.Late, cluster.LateRows);
    }

    private sealed class Session
    {
        public string Key { get; init; } = "";

        public long Start { get; set; }

        public long Last { get; set; }

        public List<object?[]> Rows { get; init; } = [];
    }

    private sealed class Model(int[] keys, long gap, long units)
    {
        public long Clock { get; set; } = 20_000;

        public long Watermark { get; set; } = long.MinValue;

        public long Late { get; set; }

        public List<Session> Open { get; init; } = [];

        public List<string> Expected { get; init; } = [];

        public void Take(object?[] row, bool isInsert)
        {
            string key = BoxedRows.Print(keys.Select(k => row[k]));
            long time = (long)Math.Floor((double)(long)row[Time]! / units);
            List<Session> near = Open.FindAll(s => s.Key == key && time >= s.Start - gap && time <= s.Last + gap);
            if (near.Count == 0 && time + gap - 1 <= Watermark)
            {
                Late++;
                return;
            }

            var merged = new Session
            {
                Key = key,
                Start = near.Select(s => s.Start).Append(time).Min(),
                Last = near.Select(s => s.Last).Append(time).Max(),
                Rows = [.. near.SelectMany(s => s.Rows)],
            };
            if (isInsert)
            {
                merged.Rows.Add(row);
            }
            else
            {
                merged.Rows.Remove(row);
            }

            Open.RemoveAll(near.Contains);
            Open.Add(merged);
        }

        public void Fire(Func<Session, long, long, long, string[]> print)
        {
            foreach (Session session in Open.FindAll(s => s.Last + gap - 1 <= Watermark))
            {
                Open.Remove(session);
                if (session.Rows.Count > 0)
                {
                    Expected.AddRange(print(session, session.Start, session.Last + gap, units));
                }
            }
        }

        public Model Copy() => new(keys, gap, units)
        {
            Clock = Clock,
            Watermark = Watermark,
            Late = Late,
            Open = [.. Open.Select(s => new Session { Key = s.Key, Start = s.Start, Last = s.Last, Rows = [.. s.Rows] })],
            Expected = [.. Expected],
        };
    }
}
