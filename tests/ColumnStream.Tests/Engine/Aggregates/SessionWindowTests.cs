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

    public static TheoryData<int> Seeds() => SeedsUpTo(24, "COLUMNSTREAM_WINDOW_SEEDS");

    /// <summary>One history goes to both operators: the one that aggregates sessions, and the one that gives their rows whole.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Sessions_hold_the_rows_that_are_no_gap_apart(int seed)
    {
        var random = new Random(seed);
        bool retracts = seed % 3 == 1;
        int precision = seed % 7 == 0 ? 6 : 3;
        SqlType[] types = GroupAggregateTests.TypesOf(precision);
        int[] keys = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(seed % 6 == 0 ? 0 : 1 + random.Next(2))];
        long gap = random.Next(3) == 0 ? 40 : 400;
        var spec = new WindowSpec(WindowKind.Session, Time, gap, gap, 0) { Partition = ValueList.Create<int>(keys) };
        AggregateCall[] calls = seed % 4 == 0
            ? [new AggregateCall("COUNT", default, default, false, -1, SqlType.BigInt, "n")]
            : GroupAggregateTests.Calls(random, 1 + random.Next(4), ordered: false);
        SqlField[] bounds = [new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", types[Time])];
        var aggregate = new WindowAggregateNode(spec, ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.From<SqlField>(
                [.. keys.Select(k => new SqlField($"k{k}", types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)), .. bounds]),
            Uid = "u",
            InsertOnlyInput = !retracts,
        };
        var assign = new WindowAssignNode(spec)
        {
            Id = 1, Output = ValueList.From<SqlField>([.. types.Select((t, i) => new SqlField($"c{i}", t)), .. bounds]), Uid = "u",
        };
        Run(seed, random, [aggregate, assign], keys, gap, retracts, precision);
    }

    private void Run(int seed, Random random, PhysicalNode[] nodes, int[] keys, long gap, bool retracts, int precision)
    {
        SqlType[] types = GroupAggregateTests.TypesOf(precision);
        long units = precision == 6 ? 1000 : 1;
        using var first = new OperatorCluster(nodes[0], GroupAggregateTests.InputSchema(precision), keys, Allocator, Pages);
        using var second = new OperatorCluster(nodes[1], GroupAggregateTests.InputSchema(precision), keys, Allocator, Pages);
        OperatorCluster[] clusters = [first, second];
        int most = keys.Length == 0 ? 1 : 3;
        Array.ForEach(clusters, c => c.Start(1 + random.Next(most)));
        var model = new Model(keys, gap, units, (WindowAggregateNode)nodes[0]);
        void Feed()
        {
            var rows = new List<object?[]>();
            var kinds = new List<RowKind>();
            int count = 1 + random.Next(random.Next(8) == 0 ? 900 : 50);
            while (rows.Count < count)
            {
                List<object?[]> held = retracts && model.Open.Count > 0 && random.Next(3) == 0 ? model.Open[random.Next(model.Open.Count)].Rows : [];
                object?[] row;
                if (held.Count > 0)
                {
                    row = held[random.Next(held.Count)];
                    kinds.Add(RowKind.Delete);
                }
                else
                {
                    row = [.. types.Select(t => GroupAggregateTests.Value(t, random))];
                    model.Clock += random.Next(random.Next(50) == 0 ? 2000 : 12);
                    row[Time] = (model.Clock - (seed % 2 == 0 ? 0 : random.Next(1500))) * units;
                    kinds.Add(RowKind.Insert);
                }

                model.Take(row, kinds[^1] == RowKind.Insert);
                rows.Add(row);
            }

            Array.ForEach(clusters, c => c.Process(rows, retracts ? kinds : null, random));
        }

        void Advance(long watermark)
        {
            model.Watermark = Math.Max(model.Watermark, watermark);
            model.Fire();
            for (int i = 0; i < clusters.Length; i++)
            {
                clusters[i].Advance(model.Watermark);
                AssertSame(model.Expected[i], clusters[i].Output, $"seed {seed} {nodes[i].Describe()}");
            }
        }

        void GoOn()
        {
            Feed();
            Advance(model.Clock - random.Next(1200));
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
                (Dictionary<string, int>, Dictionary<string, string>)[] standing = [.. clusters.Select(c => c.Standing)];
                long late = first.LateRows;
                Checkpoint(first, second, random.Next(3) == 0, GoOn);
                if (random.Next(2) == 0)
                {
                    model = copy;
                    for (int i = 0; i < clusters.Length; i++)
                    {
                        clusters[i].Restore(1 + random.Next(most));
                        clusters[i].Standing = standing[i];
                        clusters[i].LateRows = late;
                    }
                }
            }
        }

        Advance(long.MaxValue);
        Array.ForEach(clusters, c => Assert.Equal(model.Late, c.LateRows));
    }

    /// <summary>Takes a checkpoint of both at one point of the history, while it goes on.</summary>
    private static void Checkpoint(OperatorCluster first, OperatorCluster second, bool full, Action between)
    {
        bool isTaken = false;
        first.Checkpoint(full, () =>
        {
            if (isTaken)
            {
                between();
                return;
            }

            isTaken = true;
            second.Checkpoint(full, between);
        });
        if (!isTaken)
        {
            second.Checkpoint(full, between);
        }
    }

    private sealed class Session
    {
        public string Key { get; init; } = "";

        public long Start { get; set; }

        public long Last { get; set; }

        public List<object?[]> Rows { get; init; } = [];
    }

    private sealed class Model(int[] keys, long gap, long units, WindowAggregateNode aggregate)
    {
        public long Clock { get; set; } = 20_000;

        public long Watermark { get; set; } = long.MinValue;

        public long Late { get; set; }

        public List<Session> Open { get; init; } = [];

        /// <summary>Gets what each operator is to have given: aggregates, and rows whole.</summary>
        public Dictionary<string, int>[] Expected { get; init; } = [[], []];

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

        public void Fire()
        {
            foreach (Session session in Open.FindAll(s => s.Last + gap - 1 <= Watermark))
            {
                Open.Remove(session);
                if (session.Rows.Count == 0)
                {
                    continue;
                }

                object?[] bounds = [session.Start, session.Last + gap, (session.Last + gap - 1) * units];
                Count(Expected[0], BoxedRows.Print(keys.Select(k => session.Rows[0][k])
                    .Concat(aggregate.Aggregates.Select(a => GroupAggregateTests.Widened(a, ReferenceAggregate.Compute(a, session.Rows))))
                    .Concat(bounds)));
                foreach (object?[] row in session.Rows)
                {
                    Count(Expected[1], BoxedRows.Print(row.Concat(bounds)));
                }
            }
        }

        public Model Copy() => new(keys, gap, units, aggregate)
        {
            Clock = Clock,
            Watermark = Watermark,
            Late = Late,
            Open = [.. Open.Select(s => new Session { Key = s.Key, Start = s.Start, Last = s.Last, Rows = [.. s.Rows] })],
            Expected = [.. Expected.Select(e => new Dictionary<string, int>(e))],
        };
    }
}
