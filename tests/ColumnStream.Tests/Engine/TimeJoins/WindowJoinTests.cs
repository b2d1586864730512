using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

// Goal: when a window closes, the join of its rows comes out, of all six kinds, and nothing of it stays. Method: random rows in
// random windows, NULL keys and late ones, against lists; checkpoints in the middle, restored at other parallelism; every third seed
// with all state on disk.
public sealed class WindowJoinTests : OperatorTest
{
    private static readonly SqlField[] Fields =
    [
        new("s", SqlType.String), new("k", SqlType.BigInt), new("w", SqlType.Timestamp(3)), new("e", SqlType.Timestamp(3)), new("v", SqlType.Integer),
    ];

    public static TheoryData<int> Seeds() => SeedsUpTo(48);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_the_join_of_closed_windows(int seed)
    {
        var random = new Random(seed);
        WindowJoinNode node = NodeOf(seed);
        int[] keys = [.. node.LeftKeys];
        Schema schema = SchemaOf(Fields);
        using StateSpill? spill = seed % 3 == 0 ? SpillAlways() : null;
        StatePool pages = spill is null ? Pages : Pages.ForTask(spill);
        using var cluster = new OperatorCluster(node, schema, keys, Allocator, pages, second: schema, secondKeys: keys) { Spill = spill };
        TimeJoinModel.Run(cluster, new Model(node), random, 4, seed, node.Describe(), (model, now) => Feed(cluster, (Model)model, random, now));
        Assert.Equal(0, cluster.TableRows);
        Assert.True(spill is null || (spill.WrittenBytes > 0 && spill.ReadBytes > 0));
    }

    private static WindowJoinNode NodeOf(int seed)
    {
        var type = (JoinType)(seed % 6);
        int[] keys = seed / 6 % 2 == 0 ? [1, 2, 3] : [2, 3];
        BoundExpression? residual = seed / 12 % 2 == 0 ? null : new CallExpression(
            "<", [new ColumnExpression(4, SqlType.Integer), new ColumnExpression(9, SqlType.Integer)], SqlType.Boolean);
        return new WindowJoinNode(
            type, ValueList.Create<int>(keys), ValueList.Create<int>(keys), ValueList.From(keys.Select(k => seed % 5 == 0)), 3, 3, residual)
        {
            Id = 2,
            Inputs = [0, 1],
            Output = type is JoinType.Semi or JoinType.Anti ? [.. Fields] : [.. Fields, .. Fields],
            Uid = "u",
        };
    }

    private static long Feed(OperatorCluster cluster, Model model, Random random, long now)
    {
        int side = random.Next(2);
        var rows = new List<object?[]>();
        int count = 1 + random.Next(random.Next(20) == 0 ? 500 : 15);
        while (rows.Count < count)
        {
            now += random.Next(3);
            long start = (now - random.Next(40)) / 10 * 10;
            rows.Add(
            [
                random.Next(2) == 0 ? "short" : $"a text that is longer than a view {random.Next(3)}",
                random.Next(9) == 0 ? null : (long)random.Next(4), start, start + 10, random.Next(9) == 0 ? null : (long)random.Next(3),
            ]);
        }

        model.Process(side, rows);
        cluster.Process(rows, null, random, side);
        return now;
    }

    private sealed class Model(WindowJoinNode node) : TimeJoinModel
    {
        private readonly List<object?[]>[] _sides = [[], []];

        public override TimeJoinModel Copy()
        {
            var copy = new Model(node) { Watermark = Watermark, Output = new Dictionary<string, int>(Output) };
            copy._sides[0].AddRange(_sides[0]);
            copy._sides[1].AddRange(_sides[1]);
            return copy;
        }

        public void Process(int side, List<object?[]> rows)
        {
            foreach (object?[] row in rows.Where(r => (long)r[3]! - 1 > Watermark))
            {
                if (node.LeftKeys.Where((k, i) => row[k] is null && !node.NullSafe[i]).Any())
                {
                    Alone(side, row);
                }
                else
                {
                    _sides[side].Add(row);
                }
            }
        }

        public override void Advance(long watermark)
        {
            Watermark = watermark;
            bool IsClosed(object?[] row) => (long)row[3]! - 1 <= watermark;
            object?[][] left = [.. _sides[0].Where(IsClosed)];
            object?[][] right = [.. _sides[1].Where(IsClosed)];
            foreach (object?[] l in left)
            {
                object?[][] matches = [.. right.Where(r => Matches(l, r))];
                if (node.Type == JoinType.Semi && matches.Length > 0)
                {
                    Add(l);
                }
                else if (node.Type is not (JoinType.Semi or JoinType.Anti))
                {
                    Array.ForEach(matches, r => Add([.. l, .. r]));
                }

                if (matches.Length == 0)
                {
                    Alone(0, l);
                }
            }

            foreach (object?[] r in right.Where(r => !left.Any(l => Matches(l, r))))
            {
                Alone(1, r);
            }

            _sides[0].RemoveAll(IsClosed);
            _sides[1].RemoveAll(IsClosed);
        }

        private bool Matches(object?[] l, object?[] r) =>
            node.LeftKeys.All(k => Equals(l[k], r[k])) && (node.Residual is null || (l[4] is long a && r[4] is long b && a < b));

        private void Alone(int side, object?[] row)
        {
            object?[] nulls = new object?[5];
            if (side == 0 && node.Type == JoinType.Anti)
            {
                Add(row);
            }
            else if (side == 0 && node.Type is (JoinType.Left or JoinType.Full))
            {
                Add([.. row, .. nulls]);
            }
            else if (side == 1 && node.Type is (JoinType.Right or JoinType.Full))
            {
                Add([.. nulls, .. row]);
            }
        }
    }
}
