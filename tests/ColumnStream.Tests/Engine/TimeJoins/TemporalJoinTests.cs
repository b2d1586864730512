using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

// Goal: a left row gets the version of its key that was valid at its time, whatever order rows come in. Method: random upserts and
// deletes with disorder, left rows with kinds, late rows of both sides, against sorted versions; checkpoints in the middle, restored at
// other parallelism. Versions before the one that is valid at the watermark are gone for late rows too.
public sealed class TemporalJoinTests : OperatorTest
{
    private static readonly SqlField[] Left = [new("s", SqlType.String), new("k", SqlType.BigInt), new("ts", SqlType.Timestamp(3)), new("v", SqlType.Integer)];
    private static readonly SqlField[] Right = [new("ts", SqlType.Timestamp(3)), new("k", SqlType.BigInt), new("v", SqlType.Integer), new("s", SqlType.String)];

    public static TheoryData<int> Seeds() => SeedsUpTo(48);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_get_the_version_of_their_time(int seed)
    {
        var random = new Random(seed);
        BoundExpression? residual = seed / 4 % 3 == 0 ? new CallExpression(
            "<=", [new ColumnExpression(3, SqlType.Integer), new ColumnExpression(6, SqlType.Integer)], SqlType.Boolean) : null;
        int[] keys = seed % 7 == 0 ? [] : [1];
        var node = new TemporalJoinNode(
            seed % 2 == 0 ? JoinType.Inner : JoinType.Left, ValueList.Create<int>(keys), ValueList.Create<int>(keys), 2, 0, seed / 2 % 2 == 0, residual)
        {
            Id = 2, Inputs = [0, 1], Output = [.. Left, .. Right], Uid = "u", LeftUpdates = seed % 3 == 0,
        };
        using var cluster = new OperatorCluster(
            node, SchemaOf(Left), keys, Allocator, Pages, second: SchemaOf(Right), secondKeys: keys);
        TimeJoinModel.Run(
            cluster, new Model(node), random, keys.Length == 0 ? 1 : 4, seed, node.Describe(), (model, now) => Feed(cluster, (Model)model, random, now));
        Assert.NotEmpty(cluster.Output);
    }

    [Fact]
    public void One_version_a_key_stays()
    {
        var node = new TemporalJoinNode(JoinType.Inner, [1], [1], 2, 0, IsStrict: false, null)
        {
            Id = 2, Inputs = [0, 1], Output = [.. Left, .. Right], Uid = "u",
        };
        using var cluster = new OperatorCluster(
            node, SchemaOf(Left), [1], Allocator, Pages, second: SchemaOf(Right), secondKeys: [1]);
        cluster.Start(1);
        object?[][] versions = [.. Enumerable.Range(0, 500).Select(i => new object?[] { 1000L + i, i % 2L, (long)i, "s" })];
        cluster.Process(versions, null, new Random(1), side: 1);
        cluster.Advance(1400);
        Assert.Equal(101, cluster.TableRows);
        cluster.Advance(2000);
        Assert.Equal(2, cluster.TableRows);
    }

    private static long Feed(OperatorCluster cluster, Model model, Random random, long now)
    {
        int side = random.Next(2);
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        int count = 1 + random.Next(random.Next(20) == 0 ? 500 : 15);
        while (rows.Count < count)
        {
            now += random.Next(3);
            long time = now - random.Next(random.Next(6) == 0 ? 120 : 10);
            object? key = random.Next(9) == 0 ? null : (long)random.Next(4);
            object? value = random.Next(9) == 0 ? null : (long)random.Next(3);
            object? text = random.Next(2) == 0 ? "short" : $"a text that is longer than a view {random.Next(3)}";
            rows.Add(side == 0 ? [text, key, time, value] : [time, key, value, text]);
            kinds.Add(side == 1 ? (RowKind)random.Next(4) : model.Node.LeftUpdates && random.Next(3) == 0 ? RowKind.Delete : RowKind.Insert);
        }

        model.Process(side, rows, kinds);
        cluster.Process(rows, side == 1 || model.Node.LeftUpdates ? kinds : null, random, side);
        return now;
    }

    private sealed class Model(TemporalJoinNode node) : TimeJoinModel
    {
        private readonly List<(object?[] Row, RowKind Kind)> _waiting = [];
        private readonly Dictionary<long, SortedDictionary<long, object?[]?>> _versions = [];

        public TemporalJoinNode Node => node;

        public override TimeJoinModel Copy()
        {
            var copy = new Model(node) { Watermark = Watermark, Output = new Dictionary<string, int>(Output) };
            copy._waiting.AddRange(_waiting);
            foreach ((long key, SortedDictionary<long, object?[]?> versions) in _versions)
            {
                copy._versions.Add(key, new SortedDictionary<long, object?[]?>(versions));
            }

            return copy;
        }

        public void Process(int side, List<object?[]> rows, List<RowKind> kinds)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                if (KeyOf(rows[i]) is not long key)
                {
                    if (side == 0 && node.Type == JoinType.Left)
                    {
                        Emit(rows[i], kinds[i], null);
                    }
                }
                else if (side == 0)
                {
                    _waiting.Add((rows[i], kinds[i]));
                }
                else if (kinds[i] != RowKind.UpdateBefore)
                {
                    VersionsOf(key)[(long)rows[i][0]!] = kinds[i] == RowKind.Delete ? null : rows[i];
                }
            }
        }

        public override void Advance(long watermark)
        {
            Watermark = watermark;
            foreach ((object?[] row, RowKind kind) in _waiting.Where(w => (long)w.Row[2]! <= watermark))
            {
                long time = (long)row[2]!;
                object?[]? version = VersionsOf((long)KeyOf(row)!).LastOrDefault(v => node.IsStrict ? v.Key < time : v.Key <= time).Value;
                bool holds = version is not null && (node.Residual is null || (row[3] is long l && version[2] is long r && l <= r));
                if (holds || node.Type == JoinType.Left)
                {
                    Emit(row, kind, holds ? version : null);
                }
            }

            _waiting.RemoveAll(w => (long)w.Row[2]! <= watermark);
            foreach (SortedDictionary<long, object?[]?> versions in _versions.Values)
            {
                long[] passed = [.. versions.Keys.Where(t => t <= watermark)];
                foreach (long time in passed.SkipLast(1))
                {
                    versions.Remove(time);
                }
            }
        }

        private object? KeyOf(object?[] row) => node.LeftKeys.Count == 0 ? 0L : row[1];

        private SortedDictionary<long, object?[]?> VersionsOf(long key)
        {
            if (!_versions.TryGetValue(key, out SortedDictionary<long, object?[]?>? versions))
            {
                _versions.Add(key, versions = []);
            }

            return versions;
        }

        private void Emit(object?[] row, RowKind kind, object?[]? version) =>
            Add([.. row, .. version ?? new object?[4]], kind is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1);
    }
}
