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

// Goal: what stands in the output is what INTERSECT and EXCEPT, once or ALL, say of the rows that stand on both sides. Method:
// random rows come and go on both sides in random cuts, against counts of a dictionary; checkpoints in the middle, restored
// elsewhere. It breaks when a count is lost over a batch, a restore or a row of two equal NULLs.
public sealed class SetOperationTests : OperatorTest
{
    private static readonly SqlField[] Fields = [new("k", SqlType.BigInt), new("s", SqlType.String)];

    public static TheoryData<int> Seeds() => SeedsUpTo(40);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_what_the_counts_of_both_sides_say(int seed)
    {
        var random = new Random(seed);
        bool isBatch = seed % 10 == 0;
        var node = new SetOperationNode((SetOperationKind)(seed % 2), seed / 2 % 2 == 0)
        {
            Id = 2, Inputs = [0, 1], Output = ValueList.Create<SqlField>(Fields), Uid = "u", Changelog = ChangelogMode.Retract,
        };
        Schema schema = SchemaOf(Fields);
        using var cluster = new OperatorCluster(node, schema, [0, 1], Allocator, Pages, isBatch, schema, [0, 1]);
        cluster.Start(1 + random.Next(3));
        List<object?[]>[] sides = [[], []];
        for (int step = 0; step < 25; step++)
        {
            Feed(cluster, sides, random, isBatch);
            if (!isBatch && random.Next(4) == 0)
            {
                List<object?[]>[] before = [[.. sides[0]], [.. sides[1]]];
                if (cluster.Interrupt(random, fullOdds: 3, mostSubtasks: 3, () => Feed(cluster, sides, random, isBatch)))
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

    private static void Feed(OperatorCluster cluster, List<object?[]>[] sides, Random random, bool isBatch)
    {
        int input = random.Next(2);
        List<object?[]> side = sides[input];
        int count = 1 + random.Next(random.Next(12) == 0 ? 5_000 : 12);
        (List<object?[]> rows, List<RowKind> kinds) = Change(side, count, isBatch, random, () =>
        {
            object? k = random.Next(5) == 0 ? null : (long)random.Next(4);
            object? s = random.Next(4) switch { 0 => null, 1 => "short", _ => "a text that is longer than a view" };
            return [k, s];
        });
        cluster.Process(rows, isBatch ? null : kinds, random, input);
    }

    private static void Compare(SetOperationNode node, List<object?[]>[] sides, Dictionary<string, int> output, int seed)
    {
        Dictionary<string, int>[] counts =
            [.. sides.Select(side => side.GroupBy(BoxedRows.Print).ToDictionary(g => g.Key, g => g.Count()))];
        var expected = new Dictionary<string, int>();
        foreach ((string row, int left) in counts[0])
        {
            int right = counts[1].GetValueOrDefault(row);
            int times = (node.Kind, node.IsAll) switch
            {
                (SetOperationKind.Intersect, true) => Math.Min(left, right),
                (SetOperationKind.Intersect, false) => right > 0 ? 1 : 0,
                (_, true) => Math.Max(0, left - right),
                _ => right > 0 ? 0 : 1,
            };
            if (times > 0)
            {
                expected.Add(row, times);
            }
        }

        AssertSame(expected, output, $"seed {seed} {node.Describe()}");
    }
}
