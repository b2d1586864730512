using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

// Goal: pairs of near rows, each once; rows without one when none can come; late rows meet what is kept. Method: random rows with
// disorder, NULL keys and late ones in random cuts, against lists that keep a row while watermark < time + its reach; checkpoints
// in the middle, restored at other parallelism. A row dropped one millisecond too early or late is seen.
public sealed class IntervalJoinTests : OperatorTest
{
    private static readonly SqlField[] Fields =
        [new("s", SqlType.String), new("k", SqlType.BigInt), new("ts", SqlType.Timestamp(3)), new("v", SqlType.Integer)];
    private static readonly SqlField[] Micros =
        [new("s", SqlType.String), new("k", SqlType.BigInt), new("ts", SqlType.Timestamp(6)), new("v", SqlType.Integer)];

    public static TheoryData<int> Seeds() => SeedsUpTo(50);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_what_lists_of_kept_rows_say(int seed)
    {
        var random = new Random(seed);
        bool isMicro = seed % 8 == 0;
        IntervalJoinNode node = NodeOf(seed, isMicro, random);
        int[] keys = [.. node.LeftKeys];
        Schema schema = SchemaOf(isMicro ? Micros : Fields);
        using var cluster = new OperatorCluster(node, schema, keys, Allocator, Pages, second: schema, secondKeys: keys);
        TimeJoinModel.Run(
            cluster, new Model(node, isMicro ? 1000 : 1), random, keys.Length == 0 ? 1 : 4, seed, node.Describe(),
            (model, now) => Feed(cluster, (Model)model, random, now));
        Assert.True(node.Type == JoinType.Inner || cluster.Output.Count > 0);
    }

    /// <summary>Rows have the time at which they arrive: the test moves the clock, also while the operators are down.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void By_arrival_rows_are_kept_as_long_as_the_clock_says(int seed)
    {
        var random = new Random(seed);
        IntervalJoinNode node = NodeOf(seed, isMicro: false, random) with { LeftTime = -1, RightTime = -1 };
        node = node with { LowerMs = Math.Min(node.LowerMs, 0), UpperMs = Math.Max(node.UpperMs, 0) };
        int[] keys = [.. node.LeftKeys];
        int most = keys.Length == 0 ? 1 : 4;
        var clock = new ManualClock();
        Schema schema = SchemaOf(Fields);
        using var cluster = new OperatorCluster(node, schema, keys, Allocator, Pages, second: schema, secondKeys: keys) { Time = clock };
        cluster.Start(1 + random.Next(most));
        var model = new Model(node, 1);
        void Pass(int ms)
        {
            cluster.Elapse(ms);
            model.Advance(NowMs(clock) - 1);
        }

        for (int step = 0; step < 30; step++)
        {
            Feed(cluster, model, random, NowMs(clock));

            // Often nothing passes: rows of one millisecond come in several batches, and stay until it is over.
            Pass(random.Next(3) == 0 ? 0 : random.Next(40));
            if (random.Next(5) == 0)
            {
                Model before = (Model)model.Copy();
                if (cluster.Interrupt(random, fullOdds: 3, most, () => Feed(cluster, model, random, NowMs(clock))))
                {
                    // Rows whose time ended meanwhile come out though nothing arrives.
                    model = before;
                    clock.Advance(TimeSpan.FromMilliseconds(random.Next(100)));
                    Pass(1);
                }
            }

            AssertSame(model.Output, cluster.Output, $"seed {seed} step {step} {node.Describe()}");
        }

        // Rows that need not come out alone go a little later, in blocks, however often others arrive meanwhile.
        int reach = (int)Math.Max(-node.LowerMs, node.UpperMs);
        Pass(2 * (reach + 1));
        AssertSame(model.Output, cluster.Output, $"seed {seed} {node.Describe()}");
        Assert.Equal(0, cluster.TableRows);

        // Where the value is a key, none is below itself.
        Assert.True(cluster.Output.Count > 0 || (node.Type == JoinType.Inner && keys.Contains(3) && node.Residual is not null));
    }

    private static long NowMs(TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void By_arrival_rows_go_though_others_never_cease()
    {
        IntervalJoinNode node = NodeOf(0, isMicro: false, new Random(1)) with
        {
            Type = JoinType.Inner, LeftTime = -1, RightTime = -1, LowerMs = -100, UpperMs = 100, Residual = null,
        };
        Schema schema = SchemaOf(Fields);
        using var cluster = new OperatorCluster(node, schema, [1], Allocator, Pages, second: schema, secondKeys: [1]) { Time = new ManualClock() };
        cluster.Start(1);
        object?[][] rows = [.. Enumerable.Range(0, 2000).Select(i => new object?[] { "s", (long)i, 0L, 0L })];
        for (int i = 0; i < 50; i++)
        {
            cluster.Process(rows, null, new Random(i), side: 0);
            cluster.Elapse(50);
        }

        // Four batches are near enough to be met; as many again may wait for their block.
        Assert.InRange(cluster.TableRows, 4000, 16_000);
    }

    [Fact]
    public void One_hot_key_comes_out_in_chunks_and_leaves_nothing()
    {
        IntervalJoinNode node = NodeOf(0, isMicro: false, new Random(1)) with { Type = JoinType.Full, LowerMs = -1000, UpperMs = 1000, Residual = null };
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [1], Allocator, Pages, second: SchemaOf(Fields), secondKeys: [1]);
        cluster.Start(1);
        object?[][] rows = [.. Enumerable.Range(0, 300).Select(i => new object?[] { "s", 1L, 5000L + i, 0L })];
        cluster.Process(rows, null, new Random(1));
        cluster.Process(rows, null, new Random(1), side: 1);
        Assert.Equal(90_000, cluster.Output.Values.Sum());
        cluster.Advance(long.MaxValue);
        Assert.Equal(90_000, cluster.Output.Values.Sum());
        Assert.Equal(0, cluster.TableRows);
    }

    [Fact]
    public void Rows_that_come_out_later_are_above_the_watermark_passed_on()
    {
        IntervalJoinNode node = NodeOf(0, isMicro: false, new Random(1)) with { Type = JoinType.Left, LowerMs = -70, UpperMs = -20, Residual = null };
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [1], Allocator, Pages, second: SchemaOf(Fields), secondKeys: [1]);
        cluster.Start(1);
        cluster.Process([["s", 1L, 1000L, 0L]], null, new Random(1));
        cluster.Advance(1069);
        Assert.Empty(cluster.Output);
        Assert.Equal(999, cluster.OutputWatermark);
        cluster.Advance(1070);
        Assert.Single(cluster.Output);
        Assert.Equal(1000, cluster.OutputWatermark);
    }

    private static IntervalJoinNode NodeOf(int seed, bool isMicro, Random random)
    {
        SqlField[] fields = isMicro ? Micros : Fields;
        var type = (JoinType)(seed % 4);
        int[] keys = (seed / 4 % 3) switch
        {
            0 => [1],
            1 => [1, 3],
            _ => [],
        };
        long lower = random.Next(-60, 30);
        long upper = lower + random.Next(-3, 60);
        BoundExpression? residual = seed / 12 % 2 == 0 ? null : new CallExpression(
            "<", [new ColumnExpression(3, SqlType.Integer), new ColumnExpression(7, SqlType.Integer)], SqlType.Boolean);
        return new IntervalJoinNode(
            type, ValueList.Create<int>(keys), ValueList.Create<int>(keys), ValueList.From(keys.Select(_ => seed % 7 == 0)), 2, 2, lower, upper, residual)
        {
            Id = 2,
            Inputs = [0, 1],
            Output = [.. fields, .. fields],
            Uid = "u",
        };
    }

    private static long Feed(OperatorCluster cluster, Model model, Random random, long now)
    {
        long arrival = now;
        int side = random.Next(2);
        var rows = new List<object?[]>();
        int count = 1 + random.Next(random.Next(20) == 0 ? 600 : 15);
        while (rows.Count < count)
        {
            now += random.Next(3);
            long time = now - random.Next(random.Next(6) == 0 ? 120 : 10);
            rows.Add(
            [
                random.Next(2) == 0 ? "short" : $"a text that is longer than a view {random.Next(3)}",
                random.Next(9) == 0 ? null : (long)random.Next(4),
                (time * model.Units) + random.Next(model.Units),
                random.Next(9) == 0 ? null : (long)random.Next(3),
            ]);
        }

        model.Process(side, rows, arrival);
        cluster.Process(rows, null, random, side);
        return now;
    }

    private sealed class Model(IntervalJoinNode node, int units) : TimeJoinModel
    {
        private readonly List<Kept>[] _sides = [[], []];

        public int Units => units;

        public override TimeJoinModel Copy()
        {
            var copy = new Model(node, units) { Watermark = Watermark, Output = new Dictionary<string, int>(Output) };
            for (int side = 0; side < 2; side++)
            {
                copy._sides[side].AddRange(_sides[side].Select(k => new Kept(k.Row, k.Time) { Matched = k.Matched }));
            }

            return copy;
        }

        public void Process(int side, List<object?[]> rows, long now)
        {
            foreach (object?[] row in rows)
            {
                var own = new Kept(row, node.LeftTime < 0 ? now : (long)row[2]!);
                foreach (Kept other in _sides[1 - side])
                {
                    if (Matches(side == 0 ? own : other, side == 0 ? other : own))
                    {
                        own.Matched = true;
                        other.Matched = true;
                        Add(side == 0 ? [.. row, .. other.Row] : [.. other.Row, .. row]);
                    }
                }

                bool hasNull = node.LeftKeys.Where((k, i) => !node.NullSafe[i] && row[k] is null).Any();
                if (!hasNull && IsKept(side, own))
                {
                    _sides[side].Add(own);
                }
                else if (!own.Matched)
                {
                    AddAlone(side, row);
                }
            }
        }

        public override void Advance(long watermark)
        {
            Watermark = watermark;
            for (int side = 0; side < 2; side++)
            {
                foreach (Kept kept in _sides[side].Where(k => !IsKept(side, k) && !k.Matched))
                {
                    AddAlone(side, kept.Row);
                }

                _sides[side].RemoveAll(k => !IsKept(side, k));
            }
        }

        /// <summary>Whether a row of the other side with a time above the watermark could be in reach.</summary>
        private bool IsKept(int side, Kept row)
        {
            long reach = row.Time + (units * (side == 0 ? -node.LowerMs : node.UpperMs));
            long passed = Watermark == long.MaxValue ? long.MaxValue : Watermark == long.MinValue ? long.MinValue : ((Watermark + 1) * units) - 1;
            return reach > passed;
        }

        private bool Matches(Kept one, Kept other)
        {
            (object?[] left, object?[] right) = (one.Row, other.Row);
            for (int i = 0; i < node.LeftKeys.Count; i++)
            {
                int k = node.LeftKeys[i];
                if (left[k] is null || right[k] is null ? !(node.NullSafe[i] && left[k] is null && right[k] is null) : !left[k]!.Equals(right[k]))
                {
                    return false;
                }
            }

            long distance = one.Time - other.Time;
            return distance >= node.LowerMs * units && distance <= node.UpperMs * units
                && (node.Residual is null || (left[3] is long l && right[3] is long r && l < r));
        }

        private void AddAlone(int side, object?[] row)
        {
            object?[] nulls = [null, null, null, null];
            if (side == 0 && node.Type is (JoinType.Left or JoinType.Full))
            {
                Add([.. row, .. nulls]);
            }
            else if (side == 1 && node.Type is (JoinType.Right or JoinType.Full))
            {
                Add([.. nulls, .. row]);
            }
        }

        private sealed class Kept(object?[] row, long time)
        {
            public object?[] Row => row;

            public long Time => time;

            public bool Matched { get; set; }
        }
    }
}
