using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: every element of every collection comes out once, beside its row, in chunks of at most 4,096, and goes with its row.
// Method: texts of random numbers of parts are split by the operator and by the test; rows come and go in random cuts. It
// breaks when a chunk ends inside a collection and the rest is lost, or when NULL and empty collections are mixed up.
public sealed class UnnestTests : OperatorTest
{
    private static readonly SqlField[] Fields = [new("id", SqlType.BigInt), new("s", SqlType.String)];

    public static TheoryData<int> Seeds() => SeedsUpTo(24);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_element_stands_beside_its_row(int seed)
    {
        var random = new Random(seed);
        UnnestNode node = NodeOf(isOuter: seed % 2 == 0, withOrdinality: seed / 2 % 2 == 0);
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [0], Allocator, Pages);
        cluster.Start(1 + random.Next(2));
        List<object?[]> kept = [];
        for (int step = 0; step < 12; step++)
        {
            Feed(cluster, kept, random);
        }

        var expected = new Dictionary<string, int>();
        foreach (string row in kept.SelectMany(row => Rows(node, row)))
        {
            Count(expected, row);
        }

        AssertSame(expected, cluster.Output, $"seed {seed} {node.Describe()}");
        Assert.True(kept.Count > 0 && expected.Count > 0);
    }

    private static UnnestNode NodeOf(bool isOuter, bool withOrdinality)
    {
        BoundExpression collection = new CallExpression(
            "SPLIT", [new ColumnExpression(1, SqlType.String), new LiteralExpression(",", SqlType.String)],
            SqlType.Array(SqlType.String.WithNullable(false)));
        SqlField[] ordinality = withOrdinality ? [new SqlField("n", SqlType.Integer.WithNullable(isOuter))] : [];
        return new UnnestNode(collection, [0], withOrdinality, isOuter)
        {
            Id = 1, Inputs = [0], Output = [Fields[0], new SqlField("x", SqlType.String.WithNullable(isOuter)), .. ordinality],
            Uid = "u", Changelog = ChangelogMode.Retract,
        };
    }

    private static void Feed(OperatorCluster cluster, List<object?[]> kept, Random random)
    {
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        for (int i = random.Next(20); i >= 0; i--)
        {
            if (kept.Count > 0 && random.Next(3) == 0)
            {
                int victim = random.Next(kept.Count);
                rows.Add(kept[victim]);
                kept.RemoveAt(victim);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
                continue;
            }

            int parts = random.Next(30) == 0 ? 9_000 : 1 + random.Next(5);
            string text = string.Join(',', Enumerable.Range(0, parts).Select(_ => random.Next(3)));
            object?[] row = [(long)random.Next(50), random.Next(6) == 0 ? null : text];
            rows.Add(row);
            kept.Add(row);
            kinds.Add(random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
        }

        cluster.Process(rows, kinds, random);
    }

    private static IEnumerable<string> Rows(UnnestNode node, object?[] row)
    {
        if (row[1] is not string text)
        {
            object?[] nulls = node.WithOrdinality ? [row[0], null, null] : [row[0], null];
            return node.IsOuter ? [BoxedRows.Print(nulls)] : [];
        }

        return text.Split(',').Select(
            (part, i) => BoxedRows.Print(node.WithOrdinality ? [row[0], part, i + 1L] : [row[0], part]));
    }
}
