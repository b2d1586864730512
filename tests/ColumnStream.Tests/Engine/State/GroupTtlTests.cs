using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: a group that nothing touched for its time to live is absent, to the millisecond, with all that hangs on it, before
// and behind a restore. Method: random batches under a clock that the test moves, every emitted change compared with a
// model; checkpoints with changes in the middle, restored at other parallelisms. Fails when find ignores the time, when
// a set of distinct values outlives its group, when age is lost at a restore, or when the sweeper takes a live row.
public sealed class GroupTtlTests : OperatorTest
{
    private const long TtlMs = 1000;
    private static readonly Schema Input = new(
        new Field("k", DataType.Int64), new Field("n", DataType.Int64), new Field("v", DataType.Utf8View));

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void Expired_groups_are_absent(int seed, bool retracts)
    {
        var random = new Random(seed);
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(Node(retracts), Input, [0], Allocator, Pages) { Time = clock };
        cluster.Start(1 + random.Next(3));
        var model = new Dictionary<long, Group>();
        long now = 0;
        for (int step = 0; step < 150; step++)
        {
            // Often exactly at the edge, and one millisecond before it.
            int pause = random.Next(5) switch { 0 => (int)TtlMs, 1 => (int)TtlMs - 1, 2 => 0, _ => random.Next(400) };
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            now += pause;
            Feed(cluster, model, now, random, retracts, seed, step);
            if (random.Next(8) == 0)
            {
                var saved = model.ToDictionary(g => g.Key, g => g.Value with { Rows = [.. g.Value.Rows] });
                if (cluster.Interrupt(random, fullOdds: 2, mostSubtasks: 3, () => Feed(cluster, model, now, random, retracts, seed, step)))
                {
                    model = saved;
                }
            }
        }
    }

    [Fact]
    public void The_sweeper_takes_expired_rows_and_their_values()
    {
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(Node(retracts: true), Input, [0], Allocator, Pages) { Time = clock };
        cluster.Start(1);
        var random = new Random(1);
        cluster.Process([.. Enumerable.Range(0, 5000).Select(i => new object?[] { (long)i, 1L, $"v{i}" })], null, random);
        Assert.Equal(20000, cluster.StateRows);
        clock.Advance(TimeSpan.FromMilliseconds(TtlMs - 1));
        cluster.Process([[7L, 1L, "w"]], null, random);
        cluster.Wake(0);
        Assert.Equal(20001, cluster.StateRows);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 3; i++)
        {
            cluster.Wake(0);
        }

        // Group 7, its two texts and its one number, which MIN and DISTINCT keep.
        Assert.Equal(5, cluster.StateRows);
    }

    [Fact]
    public void Batch_mode_forgets_nothing()
    {
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(Node(retracts: false), Input, [0], Allocator, Pages, isBatch: true) { Time = clock };
        cluster.Start(1);
        cluster.Process([[1L, 2L, "a"]], null, new Random(1));
        clock.Advance(TimeSpan.FromDays(1));
        cluster.Process([[1L, 3L, "a"]], null, new Random(1));
        cluster.Finish();
        Assert.Equal(["+I " + BoxedRows.Print([1L, 2L, 5L, 1L, 2L, 2L, 5L])], cluster.Log);
    }

    private static void Feed(
        OperatorCluster cluster, Dictionary<long, Group> model, long now, Random random, bool retracts, int seed, int step)
    {
        foreach (long key in model.Where(g => g.Value.TouchedMs + TtlMs <= now).Select(g => g.Key).ToList())
        {
            model.Remove(key);
        }

        var before = model.ToDictionary(g => g.Key, g => g.Value.Results());
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        for (int i = random.Next(30); i >= 0; i--)
        {
            long key = random.Next(12);
            if (!model.TryGetValue(key, out Group? group))
            {
                model[key] = group = new Group([], now);
            }

            if (retracts && group.Rows.Count > 0 && random.Next(3) == 0)
            {
                int victim = random.Next(group.Rows.Count);
                rows.Add([key, group.Rows[victim].N, group.Rows[victim].V]);
                kinds.Add(RowKind.Delete);
                group.Rows.RemoveAt(victim);
            }
            else
            {
                group.Rows.Add((random.Next(5), random.Next(2) == 0 ? "a" : "a longer text for the heap " + random.Next(3)));
                rows.Add([key, group.Rows[^1].N, group.Rows[^1].V]);
                kinds.Add(RowKind.Insert);
            }

            model[key] = group with { TouchedMs = now };
        }

        var expected = new List<string>();
        foreach (long key in rows.Select(r => (long)r[0]!).Distinct())
        {
            object?[]? old = before.GetValueOrDefault(key);
            object?[]? results = model[key].Rows.Count == 0 ? null : model[key].Results();
            string Text(object?[] values) => BoxedRows.Print(values.Prepend(key));
            if (old is not null && results is null)
            {
                expected.Add("-D " + Text(old));
            }
            else if (results is not null && (old is null || Text(old) != Text(results)))
            {
                expected.Add((old is null ? "+I " : "+U ") + Text(results));
            }

            if (results is null)
            {
                model.Remove(key);
            }
        }

        cluster.Log.Clear();
        cluster.Process(rows, retracts ? kinds : null, random);
        AssertChanges(expected, cluster.Log, $"seed {seed} step {step}");
    }

    private static GroupAggregateNode Node(bool retracts)
    {
        AggregateCall[] calls =
        [
            Call("COUNT", default, "s0"), Call("SUM", [1], "s1"), Call("COUNT", [2], "s2", distinct: true), Call("MIN", [1], "s3"),
            Call("COUNT", [1], "s4", distinct: true), Call("SUM", [1], "s5", distinct: true),
        ];
        SqlField[] output =
            [new("k", SqlType.BigInt), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type))];
        return new GroupAggregateNode([0], ValueList.Create<AggregateCall>(calls))
        {
            Id = 1, Output = ValueList.Create<SqlField>(output), Uid = "u", Changelog = ChangelogMode.Upsert,
            InsertOnlyInput = !retracts, StateTtlMs = TtlMs,
        };
    }

    private static AggregateCall Call(string name, ValueList<int> columns, string id, bool distinct = false)
    {
        SqlType[] types = [.. columns.Select(c => c == 1 ? SqlType.BigInt : SqlType.String)];
        SqlType type = AggregateTable.All.First(f => f.Name == name).Bind(types)!.ReturnType;
        return new AggregateCall(name, columns, ValueList.Create<SqlType>(types), distinct, Filter: -1, type, id);
    }

    private sealed record Group(List<(long N, string V)> Rows, long TouchedMs)
    {
        public object?[] Results() => Rows.Count == 0 ? []
            : [(long)Rows.Count, Rows.Sum(r => r.N), (long)Rows.Select(r => r.V).Distinct().Count(), Rows.Min(r => r.N),
                (long)Rows.Select(r => r.N).Distinct().Count(), Rows.Select(r => r.N).Distinct().Sum()];
    }
}
