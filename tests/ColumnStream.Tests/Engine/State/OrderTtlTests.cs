using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;
using RankFunction = ColumnStream.Engine.Operators.RankFunction;

namespace ColumnStream.Tests.Engine.State;

// Goal: a partition of a rank or an OVER that got no row for its time to live is absent, to the millisecond, with all its rows
// and values, before and behind a restore. Method: random batches under a clock that the test moves; each batch must change
// exactly what a model says that forgets partitions whole. Fails when a row or a value outlives its partition, when age is
// lost at a restore, when a row renews nothing, or when what is forgotten is taken back.
public sealed class OrderTtlTests : OperatorTest
{
    private const long TtlMs = 1000;

    private static readonly SqlField[] Fields =
    [
        new("k", SqlType.BigInt), new("v", SqlType.BigInt.WithNullable(false)),
        new("ts", SqlType.Timestamp(3).WithNullable(false) with { TimeAttribute = TimeAttribute.Rowtime }), new("n", SqlType.BigInt),
    ];

    public enum Kind
    {
        TopTwo,
        Ranks,
        UpdatedTopTwo,
        Sorted,
        InTime,
        FirstInTime,
    }

    public static TheoryData<Kind, int> Cases()
    {
        var cases = new TheoryData<Kind, int>();
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            for (int seed = 1; seed <= 4; seed++)
            {
                cases.Add(kind, seed);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Partitions_without_rows_are_forgotten(Kind kind, int seed)
    {
        var random = new Random(seed);
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(NodeOf(kind), SchemaOf(Fields), [0], Allocator, Pages) { Time = clock };
        cluster.Start(1 + random.Next(3));
        var model = new Dictionary<long, Partition>();
        var changes = new Dictionary<string, int>();
        cluster.Observe = (row, sign) => Count(changes, row, sign);
        long now = 0;
        for (int step = 0; step < 120; step++)
        {
            int pause = random.Next(5) switch { 0 => (int)TtlMs, 1 => (int)TtlMs - 1, 2 => 0, _ => random.Next(400) };
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            now += pause;
            if (random.Next(6) == 0)
            {
                cluster.Wake(now);
            }

            if (random.Next(8) == 0)
            {
                cluster.Checkpoint(random.Next(2) == 0, () => { });
                if (random.Next(2) == 0)
                {
                    cluster.Restore(1 + random.Next(3));
                }
            }

            Step(cluster, kind, model, changes, now, step, random, seed);
        }
    }

    [Theory]
    [InlineData(Kind.TopTwo)]
    [InlineData(Kind.Ranks)]
    [InlineData(Kind.UpdatedTopTwo)]
    [InlineData(Kind.Sorted)]
    [InlineData(Kind.InTime)]
    [InlineData(Kind.FirstInTime)]
    public void The_sweeper_leaves_nothing(Kind kind)
    {
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(NodeOf(kind), SchemaOf(Fields), [0], Allocator, Pages) { Time = clock };
        cluster.Start(1);
        cluster.Process([.. Enumerable.Range(0, 300).Select(i => new object?[] { (long)i, 1L, 1L, 1L })], null, new Random(1));
        cluster.Advance(10);
        Assert.InRange(cluster.TableRows, 300, 900);
        clock.Advance(TimeSpan.FromMilliseconds(TtlMs));
        for (int i = 0; i < 4; i++)
        {
            cluster.Wake(TtlMs);
        }

        Assert.Equal(0, cluster.TableRows);
    }

    private static void Step(
        OperatorCluster cluster,
        Kind kind,
        Dictionary<long, Partition> model,
        Dictionary<string, int> changes,
        long now,
        int step,
        Random random,
        int seed)
    {
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        var expected = new Dictionary<string, int>();
        foreach (long key in Enumerable.Range(0, 4).Where(_ => random.Next(3) == 0).Select(k => (long)k))
        {
            if (!model.TryGetValue(key, out Partition? partition) || now - partition.TouchedMs >= TtlMs)
            {
                model[key] = partition = new Partition();
            }

            List<string> before = Answers(kind, partition.Rows);
            if (kind == Kind.UpdatedTopTwo && partition.Rows.Count > 0 && random.Next(2) == 0)
            {
                int gone = random.Next(partition.Rows.Count);
                rows.Add(partition.Rows[gone]);
                kinds.Add(RowKind.Delete);
                partition.Rows.RemoveAt(gone);
            }

            // Each row is the best and the last so far, so that it is kept and holds the age of its partition.
            object?[] row = [key, (long)step, (long)step, (long)random.Next(3)];
            rows.Add(row);
            kinds.Add(RowKind.Insert);
            partition.TouchedMs = kind == Kind.FirstInTime && partition.Rows.Count > 0 ? partition.TouchedMs : now;
            partition.Rows.Add(row);
            Answers(kind, partition.Rows).ForEach(a => Count(expected, a));
            before.ForEach(a => Count(expected, a, -1));
        }

        changes.Clear();
        if (rows.Count > 0)
        {
            cluster.Process(rows, kind == Kind.UpdatedTopTwo ? kinds : null, random);
        }

        cluster.Advance(step);
        AssertSame(expected, changes, $"{kind}, seed {seed}, step {step}, {now} ms");
    }

    private static List<string> Answers(Kind kind, List<object?[]> rows)
    {
        object?[][] falling = [.. rows.AsEnumerable().Reverse()];
        IEnumerable<object?[]> answers = kind switch
        {
            Kind.TopTwo or Kind.UpdatedTopTwo => falling.Take(2),
            Kind.Ranks => falling.Take(3).Select((r, i) => (object?[])[.. r, i + 1L]),
            Kind.Sorted => falling.Select((r, i) => (object?[])[.. r, falling.Take(i + 1).Sum(o => (long)o[3]!)]),
            Kind.InTime => rows.Select((r, i) => (object?[])
                [.. r, rows.Take(i + 1).Sum(o => (long)o[3]!), rows.Take(i + 1).Select(o => o[3]).Distinct().LongCount(),
                    rows.Take(i + 1).TakeLast(2).Max(o => (long)o[3]!)]),
            _ => rows.Take(1),
        };
        return [.. answers.Select(a => BoxedRows.Print(a))];
    }

    private static PhysicalNode NodeOf(Kind kind)
    {
        SortKey falling = new(1, Descending: true, NullsFirst: false);
        var number = new SqlField("rn", SqlType.BigInt.WithNullable(false));
        WindowCall sum = Call("SUM", false, FrameSpec.UpToCurrent);
        return kind switch
        {
            Kind.TopTwo or Kind.UpdatedTopTwo => new RankNode(RankFunction.RowNumber, [0], [falling], 1, 2, HasNumber: false)
            {
                Id = 1, Inputs = [0], Output = [.. Fields], Uid = "u", InsertOnlyInput = kind == Kind.TopTwo,
                Changelog = ChangelogMode.Retract, StateTtlMs = TtlMs,
            },
            Kind.Ranks => new RankNode(RankFunction.Rank, [0], [falling], 1, 3, HasNumber: true)
            {
                Id = 1, Inputs = [0], Output = [.. Fields, number], Uid = "u", InsertOnlyInput = true,
                Changelog = ChangelogMode.Retract, StateTtlMs = TtlMs,
            },
            Kind.Sorted => new SortedOverNode([0], [falling], [sum])
            {
                Id = 1, Inputs = [0], Output = [.. Fields, new("s", SqlType.BigInt)], Uid = "u", InsertOnlyInput = true,
                Changelog = ChangelogMode.Retract, StateTtlMs = TtlMs,
            },
            Kind.InTime => new TimeOverNode(
                [0], 2,
                [
                    sum, Call("COUNT", true, FrameSpec.UpToCurrent),
                    Call("MAX", false, new(true, new(FrameLimitKind.Preceding, 1), new(FrameLimitKind.CurrentRow))),
                ])
            {
                Id = 1, Inputs = [0], Uid = "u", StateTtlMs = TtlMs,
                Output = [.. Fields, new("s", SqlType.BigInt), new("c", SqlType.BigInt), new("m", SqlType.BigInt)],
            },
            _ => new RankNode(RankFunction.RowNumber, [0], [new SortKey(2, false, true)], 1, 1, HasNumber: false)
            {
                Id = 1, Inputs = [0], Output = [.. Fields], Uid = "u", InsertOnlyInput = true, WaitsForWatermark = true,
                Changelog = ChangelogMode.InsertOnly, StateTtlMs = TtlMs,
            },
        };
    }

    private static WindowCall Call(string function, bool isDistinct, FrameSpec frame) => new(
        new AggregateCall(function, [3], [SqlType.BigInt], isDistinct, -1, SqlType.BigInt, string.Empty), frame);

    private sealed class Partition
    {
        public List<object?[]> Rows { get; } = [];

        public long TouchedMs { get; set; }
    }
}
