using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: what stands in the output is what INTERSECT and EXCEPT, once or ALL, say of the rows that stand on both sides. Method:
// random rows come and go on both sides in random cuts, against counts of a dictionary; checkpoints in the middle, restored
// elsewhere. It breaks when a count is lost over a batch, a restore or a row of two equal NULLs.
public sealed class SetOperationTests : IDisposable
{
    private static readonly SqlField[] Fields = [new("k", SqlType.BigInt), new("s", SqlType.String)];
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _pages = new();
    private readonly BufferAllocator _allocator;

    public SetOperationTests() => _allocator = new BufferAllocator("test", _buffers);

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    public void Dispose()
    {
        _allocator.Dispose();
        _pages.Dispose();
        _buffers.Dispose();
    }

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
        var schema = new Schema(Fields.Select(f => new Field(f.Name, f.Type.ToArrow(), f.Type.Nullable)).ToArray());
        using var cluster = new OperatorCluster(node, schema, [0, 1], _allocator, _pages, isBatch, schema, [0, 1]);
        cluster.Start(1 + random.Next(3));
        List<object?[]>[] sides = [[], []];
        for (int step = 0; step < 25; step++)
        {
            Feed(cluster, sides, random, isBatch);
            if (!isBatch && random.Next(4) == 0)
            {
                var output = new Dictionary<string, int>(cluster.Output);
                List<object?[]>[] before = [[.. sides[0]], [.. sides[1]]];
                cluster.Checkpoint(random.Next(3) == 0, () => Feed(cluster, sides, random, isBatch));
                if (random.Next(2) == 0)
                {
                    cluster.Restore(1 + random.Next(3));
                    sides = before;
                    cluster.Output.Clear();
                    foreach ((string row, int count) in output)
                    {
                        cluster.Output.Add(row, count);
                    }
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
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        int count = 1 + random.Next(random.Next(12) == 0 ? 5_000 : 12);
        while (rows.Count < count)
        {
            if (!isBatch && side.Count > 0 && random.Next(side.Count > 60 ? 3 : 5) > 1)
            {
                int victim = random.Next(side.Count);
                rows.Add(side[victim]);
                side.RemoveAt(victim);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
                continue;
            }

            object? k = random.Next(5) == 0 ? null : (long)random.Next(4);
            object? s = random.Next(4) switch { 0 => null, 1 => "short", _ => "a text that is longer than a view" };
            object?[] row = [k, s];
            rows.Add(row);
            side.Add(row);
            kinds.Add(random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
        }

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

        string Text(Dictionary<string, int> rows) =>
            string.Join('\n', rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key} x {r.Value}"));
        Assert.True(
            Text(expected) == Text(output), $"seed {seed} {node.Describe()}\nexpected\n{Text(expected)}\nfound\n{Text(output)}");
    }
}
