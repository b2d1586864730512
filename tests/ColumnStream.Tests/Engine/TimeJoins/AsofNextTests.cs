using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

// Goal: a left row gets the first right row of its key behind it, when the watermark has reached that; the rest come at the end.
// Method: random rows with disorder, NULL keys, equal times and late ones, against lists; checkpoints in the middle, restored at
// other parallelism. It fails when a right row goes before those that wait for it, or one answers over a nearer one.
public sealed class AsofNextTests : OperatorTest
{
    private static readonly SqlField[] Left = [new("s", SqlType.String), new("k", SqlType.BigInt), new("ts", SqlType.Timestamp(3)), new("v", SqlType.Integer)];
    private static readonly SqlField[] Right = [new("ts", SqlType.Timestamp(3)), new("k", SqlType.BigInt), new("v", SqlType.Integer), new("s", SqlType.String)];

    public static TheoryData<int> Seeds() => SeedsUpTo(40);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_get_the_next_row_of_their_key(int seed)
    {
        var random = new Random(seed);
        TemporalJoinNode node = NodeOf(seed % 2 == 0 ? JoinType.Inner : JoinType.Left, seed / 2 % 2 == 0, seed % 7 == 0 ? [] : [1]);
        int[] keys = [.. node.LeftKeys];
        using var cluster = new OperatorCluster(node, SchemaOf(Left), keys, Allocator, Pages, second: SchemaOf(Right), secondKeys: keys);
        TimeJoinModel.Run(
            cluster, new Model(node), random, keys.Length == 0 ? 1 : 4, seed, node.Describe(), (model, now) => Feed(cluster, (Model)model, random, now));
        Assert.NotEmpty(cluster.Output);
    }

    [Fact]
    public void A_hot_key_comes_out_in_chunks_and_only_rows_that_wait_stay()
    {
        TemporalJoinNode node = NodeOf(JoinType.Left, isStrict: true, [1]);
        using var cluster = new OperatorCluster(node, SchemaOf(Left), [1], Allocator, Pages, second: SchemaOf(Right), secondKeys: [1]);
        cluster.Start(1);
        object?[][] waiting = [.. Enumerable.Range(0, 20_000).Select(i => new object?[] { "s", 1L, 1000L + (i % 100), (long)i })];
        cluster.Process(waiting, null, new Random(1));
        cluster.Process([[1090L, 1L, 0L, "a"], [1500L, 1L, 1L, "b"], [1600L, 1L, 2L, "c"]], null, new Random(1), side: 1);
        cluster.Advance(1089);
        Assert.Empty(cluster.Output);
        cluster.Advance(1090);
        Assert.Equal(18_000, cluster.Output.Values.Sum());
        Assert.Equal(2_002, cluster.TableRows);
        cluster.Advance(1550);
        Assert.Equal(20_000, cluster.Output.Values.Sum());
        Assert.Equal(1, cluster.TableRows);
        cluster.Process([["s", 1L, 1540L, 0L], ["s", 1L, 1700L, 0L]], null, new Random(1));
        Assert.Equal(1, cluster.LateRows);
        cluster.Advance(long.MaxValue);
        Assert.Equal(1, cluster.Output["s|1|1700|0|NULL|NULL|NULL|NULL"]);
        Assert.Equal(0, cluster.TableRows);
    }

    private static TemporalJoinNode NodeOf(JoinType type, bool isStrict, int[] keys) =>
        new(type, ValueList.Create<int>(keys), ValueList.Create<int>(keys), 2, 0, isStrict, null)
        {
            Id = 2, Inputs = [0, 1], Output = [.. Left, .. Right], Uid = "u", IsAsof = true, IsForward = true,
        };

    private static long Feed(OperatorCluster cluster, Model model, Random random, long now)
    {
        int side = random.Next(2);
        var rows = new List<object?[]>();
        int count = 1 + random.Next(random.Next(20) == 0 ? 500 : 15);
        while (rows.Count < count)
        {
            now += random.Next(3);
            long time = now - random.Next(random.Next(6) == 0 ? 120 : 10);
            object? key = random.Next(9) == 0 ? null : (long)random.Next(4);
            object? value = random.Next(9) == 0 ? null : (long)random.Next(3);
            object? text = random.Next(2) == 0 ? "short" : $"a text that is longer than a view {random.Next(3)}";
            rows.Add(side == 0 ? [text, key, time, value] : [time, key, value, text]);
        }

        model.Process(side, rows);
        cluster.Process(rows, null, random, side);
        return now;
    }

    private sealed class Model(TemporalJoinNode node) : TimeJoinModel
    {
        private readonly List<object?[]> _waiting = [];
        private readonly List<object?[]> _right = [];

        public override TimeJoinModel Copy()
        {
            var copy = new Model(node) { Watermark = Watermark, Output = new Dictionary<string, int>(Output) };
            copy._waiting.AddRange(_waiting);
            copy._right.AddRange(_right);
            return copy;
        }

        public void Process(int side, List<object?[]> rows)
        {
            foreach (object?[] row in rows)
            {
                if (node.LeftKeys.Count > 0 && row[1] is null)
                {
                    if (side == 0 && node.Type == JoinType.Left)
                    {
                        Add([.. row, .. new object?[4]]);
                    }
                }
                else if (side == 1)
                {
                    _right.RemoveAll(r => Same(r, row) && Equals(r[0], row[0]));
                    _right.Add(row);
                }
                else if ((long)row[2]! > Watermark)
                {
                    _waiting.Add(row);
                }
            }
        }

        public override void Advance(long watermark)
        {
            Watermark = watermark;
            foreach (object?[] row in _waiting.ToList())
            {
                object?[]? next = _right.Where(r => Same(row, r) && Follows((long)r[0]!, (long)row[2]!)).MinBy(r => (long)r[0]!);
                if (next is not null && (long)next[0]! <= watermark)
                {
                    Add([.. row, .. next]);
                    _waiting.Remove(row);
                }
                else if (watermark == long.MaxValue && node.Type == JoinType.Left)
                {
                    Add([.. row, .. new object?[4]]);
                }
            }

            _right.RemoveAll(r => (long)r[0]! <= watermark);
        }

        private bool Same(object?[] one, object?[] other) => node.LeftKeys.Count == 0 || Equals(one[1], other[1]);

        private bool Follows(long right, long left) => node.IsStrict ? right > left : right >= left;
    }
}
