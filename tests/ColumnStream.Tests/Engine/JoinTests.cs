using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: what stands in the output is the join of what stands on both sides; no row is taken back that is not there, and no
// batch gives and takes the same row. Method: random rows with duplicates and NULLs come and go on both sides in random cuts, all
// types × keys × conditions × inputs that only insert, against nested loops over lists; checkpoints in the middle,
// restored elsewhere. It fails when a chain, a count of matches, a NULL or the order of what goes and comes is wrong.
public sealed class JoinTests : OperatorTest
{
    private static readonly SqlField[] LeftFields = [new("k", SqlType.BigInt), new("v", SqlType.Integer), new("s", SqlType.String)];
    private static readonly SqlField[] RightFields = [new("k", SqlType.BigInt), new("v", SqlType.Integer)];

    public static TheoryData<int> Seeds() => SeedsUpTo(60, "COLUMNSTREAM_JOIN_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_the_join_of_what_stands_on_both_sides(int seed)
    {
        var random = new Random(seed);
        bool isBatch = seed % 11 == 0;
        JoinNode node = NodeOf(seed, isBatch);
        using var cluster = new OperatorCluster(
            node, SchemaOf(LeftFields), [.. node.LeftKeys], Allocator, Pages, isBatch, SchemaOf(RightFields), [.. node.RightKeys]);
        var signs = new Dictionary<string, int>();
        cluster.Observe = (row, sign) =>
        {
            Assert.True(cluster.Output.GetValueOrDefault(row) + sign >= 0, $"seed {seed} {node.Describe()}: {row} taken back, not there");
            Assert.True(
                signs.TryAdd(row, sign) || signs[row] == sign || MatchesNothing(node, row),
                $"seed {seed} {node.Describe()}: {row} both ways in a batch");
        };
        int most = node.LeftKeys.Count == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var sides = new Sides([], []);
        void Step()
        {
            signs.Clear();
            Feed(cluster, node, sides, random, isBatch);
        }

        for (int step = 0; step < 14; step++)
        {
            Step();
            if (!isBatch && random.Next(4) == 0)
            {
                var before = new Sides([.. sides.Left], [.. sides.Right]);
                if (cluster.Interrupt(random, fullOdds: 3, most, Step))
                {
                    sides = before;
                }
            }

            if (!isBatch && random.Next(3) == 0)
            {
                Compare(node, sides, cluster.Output, seed);
            }
        }

        signs.Clear();
        cluster.Finish();
        Compare(node, sides, cluster.Output, seed);
    }

    private static JoinNode NodeOf(int seed, bool isBatch)
    {
        var type = (JoinType)(seed % 6);
        (int[] keys, bool[] nullSafe) = (seed / 6 % 5) switch
        {
            0 => (new[] { 0 }, new[] { false }),
            1 => ([0, 1], [false, true]),
            2 => ([1], [true]),
            3 => ([1, 1], [false, false]),
            _ => (Array.Empty<int>(), Array.Empty<bool>()),
        };
        BoundExpression? residual = (seed / 30 % 2) == 0 ? null : new CallExpression(
            "<", [new ColumnExpression(1, SqlType.Integer), new ColumnExpression(4, SqlType.Integer)], SqlType.Boolean);
        SqlField[] right = type is JoinType.Semi or JoinType.Anti ? [] : RightFields;
        return new JoinNode(
            type, ValueList.Create<int>(keys), ValueList.Create<int>(keys), ValueList.Create<bool>(nullSafe), residual)
        {
            Id = 2,
            Inputs = [0, 1],
            Output = [.. LeftFields, .. right],
            Uid = "u",
            Changelog = ChangelogMode.Retract,
            LeftInsertOnly = isBatch || (seed / 7 % 2) == 0,
            RightInsertOnly = isBatch || (seed / 13 % 2) == 0,
        };
    }

    private static void Feed(OperatorCluster cluster, JoinNode node, Sides sides, Random random, bool isBatch)
    {
        bool isLeft = random.Next(2) == 0;
        bool onlyInserts = isLeft ? node.LeftInsertOnly : node.RightInsertOnly;
        List<object?[]> side = isLeft ? sides.Left : sides.Right;
        bool isHot = random.Next(3) == 0;
        int count = 1 + random.Next(random.Next(10) == 0 ? 150 : 12);
        (List<object?[]> rows, List<RowKind> kinds) = Change(side, count, onlyInserts, random, () =>
        {
            object? k = random.Next(9) == 0 ? null : isHot ? 1L : (long)random.Next(5);
            object? v = random.Next(9) == 0 ? null : (long)random.Next(4);
            return isLeft ? [k, v, random.Next(2) == 0 ? "short" : "a text that is longer than a view"] : [k, v];
        });
        cluster.Process(rows, isBatch || (onlyInserts && random.Next(2) == 0) ? null : kinds, random, isLeft ? 0 : 1);
    }

    private static void Compare(JoinNode node, Sides sides, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        var matched = new bool[sides.Right.Count];
        object?[] noLeft = new object?[LeftFields.Length];
        object?[] noRight = new object?[RightFields.Length];
        bool isPaired = node.Type is not (JoinType.Semi or JoinType.Anti);
        void Add(object?[] left, object?[] right)
        {
            Count(expected, BoxedRows.Print(isPaired ? [.. left, .. right] : left));
        }

        foreach (object?[] left in sides.Left)
        {
            bool found = false;
            for (int r = 0; r < sides.Right.Count; r++)
            {
                if (Matches(node, left, sides.Right[r]))
                {
                    found = true;
                    matched[r] = true;
                    if (isPaired)
                    {
                        Add(left, sides.Right[r]);
                    }
                }
            }

            if (found ? node.Type == JoinType.Semi : node.Type is JoinType.Left or JoinType.Full or JoinType.Anti)
            {
                Add(left, noRight);
            }
        }

        for (int r = 0; r < matched.Length && node.Type is JoinType.Right or JoinType.Full; r++)
        {
            if (!matched[r])
            {
                Add(noLeft, sides.Right[r]);
            }
        }

        AssertSame(expected, output, $"seed {seed} {node.Describe()}");
    }

    private static bool Matches(JoinNode node, object?[] left, object?[] right)
    {
        for (int i = 0; i < node.LeftKeys.Count; i++)
        {
            (object? l, object? r) = (left[node.LeftKeys[i]], right[node.RightKeys[i]]);
            if (l is null || r is null ? !(node.NullSafe[i] && l is null && r is null) : !l.Equals(r))
            {
                return false;
            }
        }

        return node.Residual is null || (left[1] is long a && right[1] is long b && a < b);
    }

    /// <summary>Tells whether a row of output is one whose key can match nothing: it passes as it comes.</summary>
    private static bool MatchesNothing(JoinNode node, string row)
    {
        string[] values = row.Split('|');
        bool IsNull(int first, ValueList<int> keys) => keys.Where((k, i) => !node.NullSafe[i] && values[first + k] == "NULL").Any();
        return IsNull(0, node.LeftKeys) && (values.Length == LeftFields.Length || IsNull(LeftFields.Length, node.RightKeys));
    }

    private sealed record Sides(List<object?[]> Left, List<object?[]> Right);
}
