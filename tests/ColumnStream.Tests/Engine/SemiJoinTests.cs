using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: what stands in the output is what EXISTS and IN say of the rows that stand on both sides. Method: random rows come
// and go on both sides in random cuts, against three-valued logic over lists; checkpoints in the middle, restored elsewhere.
public sealed class SemiJoinTests : OperatorTest
{
    private static readonly SqlField[] LeftFields = [new("k", SqlType.BigInt), new("v", SqlType.Integer), new("s", SqlType.String)];
    private static readonly SqlField[] RightFields = [new("k", SqlType.BigInt), new("v", SqlType.Integer)];

    public static TheoryData<int> Seeds() => SeedsUpTo(60);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_what_the_rows_of_both_sides_say(int seed)
    {
        var random = new Random(seed);
        bool isBatch = seed % 10 == 0;
        SemiJoinNode node = NodeOf(seed);
        int[] partition = [.. node.LeftKeys.Take(node.IsNullAware ? node.LeftKeys.Count - 1 : node.LeftKeys.Count)];
        int[] rightPartition = [.. node.RightKeys.Take(partition.Length)];
        using var cluster = new OperatorCluster(
            node, SchemaOf(LeftFields), partition, Allocator, Pages, isBatch, SchemaOf(RightFields), rightPartition);
        int most = partition.Length == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var sides = new Sides([], []);
        for (int step = 0; step < 25; step++)
        {
            Feed(cluster, sides, random, isBatch);
            if (!isBatch && random.Next(4) == 0)
            {
                var before = new Sides([.. sides.Left], [.. sides.Right]);
                if (cluster.Interrupt(random, fullOdds: 3, most, () => Feed(cluster, sides, random, isBatch)))
                {
                    sides = before;
                }
            }

            if (!isBatch)
            {
                Compare(node, sides, cluster.Output, seed);
            }
        }

        cluster.Finish();
        Compare(node, sides, cluster.Output, seed);
    }

    private static SemiJoinNode NodeOf(int seed)
    {
        var kind = (SemiJoinKind)(seed % 3);
        (int[] keys, bool isNullAware) = (seed / 3 % 5) switch
        {
            0 => (new[] { 0 }, false),
            1 => ([0, 1], false),
            2 => ([0, 1], true),
            3 => ([1], true),
            _ => (Array.Empty<int>(), false),
        };
        SqlField[] mark = kind == SemiJoinKind.Mark ? [new SqlField("mark", SqlType.Boolean)] : [];
        return new SemiJoinNode(kind, ValueList.Create<int>(keys), ValueList.Create<int>(keys), isNullAware)
        {
            Id = 2,
            Inputs = [0, 1],
            Output = [.. LeftFields, .. mark],
            Uid = "u",
            Changelog = ChangelogMode.Retract,

            // A time that no run reaches changes nothing.
            StateTtlMs = seed % 2 == 0 ? 0 : 1_000_000_000,
        };
    }

    private static void Feed(OperatorCluster cluster, Sides sides, Random random, bool isBatch)
    {
        bool isLeft = random.Next(2) == 0;
        List<object?[]> side = isLeft ? sides.Left : sides.Right;
        int count = 1 + random.Next(random.Next(12) == 0 ? 700 : 12);
        (List<object?[]> rows, List<RowKind> kinds) = Change(side, count, isBatch, random, () =>
        {
            object? k = random.Next(9) == 0 ? null : (long)random.Next(5);
            object? v = random.Next(9) == 0 ? null : (long)random.Next(4);
            return isLeft ? [k, v, random.Next(2) == 0 ? "short" : "a text that is longer than a view"] : [k, v];
        });
        cluster.Process(rows, isBatch ? null : kinds, random, isLeft ? 0 : 1);
    }

    private static void Compare(SemiJoinNode node, Sides sides, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        foreach (object?[] left in sides.Left)
        {
            bool? answer = sides.Right.Aggregate((bool?)false, (found, right) => found | Matches(node, left, right));
            bool passes = node.Kind switch
            {
                SemiJoinKind.Semi => answer is true,
                SemiJoinKind.Anti => answer is false,
                _ => true,
            };
            if (passes)
            {
                Count(expected, BoxedRows.Print(node.Kind == SemiJoinKind.Mark ? [.. left, answer] : left));
            }
        }

        AssertSame(expected, output, $"seed {seed} {node.Describe()}");
    }

    /// <summary>Compares as SQL does; without NULLs of the value the answer is never unknown.</summary>
    private static bool? Matches(SemiJoinNode node, object?[] left, object?[] right)
    {
        bool? matches = true;
        for (int i = 0; i < node.LeftKeys.Count; i++)
        {
            int key = node.LeftKeys[i];
            bool isValue = node.IsNullAware && i == node.LeftKeys.Count - 1;
            bool? same = left[key] is null || right[key] is null ? (isValue ? null : false) : left[key]!.Equals(right[key]);
            matches &= same;
        }

        return matches;
    }

    private sealed record Sides(List<object?[]> Left, List<object?[]> Right);
}
