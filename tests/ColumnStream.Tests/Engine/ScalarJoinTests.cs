using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: every left row stands with the value that stands on the right. Method: random rows and values come and go in random
// cuts, against lists; checkpoints in the middle, restored; two values at once are an error.
public sealed class ScalarJoinTests : OperatorTest
{
    private static readonly Schema Left = new(new Field("k", DataType.Int64), new Field("s", DataType.Utf8View));
    private static readonly Schema Right = new(new Field("v", DataType.Int64));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Rows_stand_with_the_value_that_stands(int seed)
    {
        var random = new Random(seed);
        using var cluster = NewCluster(seed % 2 == 0 ? 0 : 1_000_000_000);
        var rows = new List<object?[]>();
        object?[]? value = null;
        for (int step = 0; step < 40; step++)
        {
            if (random.Next(2) == 0)
            {
                object?[]? next = random.Next(4) == 0 ? null : [random.Next(5) == 0 ? null : (object)(long)random.Next(4)];
                object?[][] change = [.. value is null ? [] : new[] { value }, .. next is null ? [] : new[] { next }];
                RowKind[] kinds = [.. value is null ? [] : new[] { RowKind.UpdateBefore }, .. next is null ? [] : new[] { RowKind.UpdateAfter }];
                cluster.Process(change, kinds, random, side: 1);
                value = next;
            }
            else
            {
                Feed(cluster, rows, random);
            }

            if (random.Next(6) == 0)
            {
                cluster.Checkpoint(random.Next(2) == 0, static () => { });
                cluster.Restore(1);
            }

            var expected = rows.GroupBy(r => BoxedRows.Print([.. r, value?[0]])).ToDictionary(g => g.Key, g => g.Count());
            AssertSame(expected, cluster.Output, $"seed {seed} step {step}");
        }
    }

    [Fact]
    public void Two_values_at_once_are_an_error()
    {
        using var cluster = NewCluster();
        Assert.Throws<UserException>(() => cluster.Process([[1L], [2L]], null, new Random(1), side: 1));
    }

    private static void Feed(OperatorCluster cluster, List<object?[]> rows, Random random)
    {
        var batch = new List<object?[]>();
        var kinds = new List<RowKind>();
        int count = 1 + random.Next(random.Next(5) == 0 ? 3000 : 20);
        for (int i = 0; i < count; i++)
        {
            bool removes = rows.Count > 0 && random.Next(3) == 0;
            object?[] row = removes ? rows[^1] : [(long)random.Next(50), random.Next(2) == 0 ? null : "a text that is longer than a view"];
            if (removes)
            {
                rows.RemoveAt(rows.Count - 1);
            }
            else
            {
                rows.Add(row);
            }

            batch.Add(row);
            kinds.Add(removes ? RowKind.Delete : RowKind.Insert);
        }

        cluster.Process(batch, kinds, random);
    }

    private OperatorCluster NewCluster(long ttlMs = 0)
    {
        var node = new ScalarJoinNode(default(SourceLocation))
        {
            Id = 2,
            Inputs = [0, 1],
            Output = [new SqlField("k", SqlType.BigInt), new SqlField("s", SqlType.String), new SqlField("value2", SqlType.BigInt)],
            Uid = "u",
            Changelog = ChangelogMode.Retract,
            StateTtlMs = ttlMs,
        };
        var cluster = new OperatorCluster(node, Left, [], Allocator, Pages, false, Right, []);
        cluster.Start(1);
        return cluster;
    }
}
