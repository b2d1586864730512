using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: one group of 100,000 values costs no more a value than a small one. Method: values in and out again, each taken
// back by value; a scan a value would be 10^10 steps. And sketches against exact counts.
public sealed class LargeGroupTests : OperatorTest
{
    private const int Values = 100_000;
    private static readonly Schema Input = new(new Field("k", DataType.Int64), new Field("x", DataType.Utf8View));

    [Fact]
    public void Values_of_a_large_group_come_go_and_survive_a_checkpoint()
    {
        var random = new Random(5);
        using var cluster = new OperatorCluster(Node(insertOnly: false, "LISTAGG", "FIRST_VALUE", "COUNT"), Input, [0], Allocator, Pages);
        cluster.Start(1);
        List<string> names = [.. Enumerable.Range(0, Values).Select(i => $"v{random.Next(Values)}")];
        Send(cluster, names, RowKind.Insert);
        cluster.Checkpoint(full: true, static () => { });
        cluster.Restore(1);
        Dictionary<string, int> left = names.GroupBy(n => n).ToDictionary(g => g.Key, g => g.Count());
        List<string> taken = [.. names.OrderBy(_ => random.Next()).Take(Values - 1000)];
        foreach (string name in taken)
        {
            left[name]--;
        }

        Send(cluster, taken, RowKind.Delete);

        // The first equal value goes, so the last ones stay.
        var standing = new List<string>();
        for (int i = names.Count - 1; i >= 0; i--)
        {
            if (left[names[i]]-- > 0)
            {
                standing.Insert(0, names[i]);
            }
        }

        Assert.Equal(BoxedRows.Print([1L, string.Join(",", standing), standing[0], 1000L]), Assert.Single(cluster.Output).Key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(40_000)]
    [InlineData(300_000)]
    public void Sketches_are_within_three_standard_errors(int distinct)
    {
        using var cluster = new OperatorCluster(Node(insertOnly: true, "APPROX_COUNT_DISTINCT"), Input, [0], Allocator, Pages);
        cluster.Start(1);
        cluster.Process([[1L, null]], null, new Random(1));
        Send(cluster, [.. Enumerable.Range(0, distinct).Select(i => $"value {i}")], RowKind.Insert);
        Send(cluster, [.. Enumerable.Range(0, distinct / 3).Select(i => $"value {i}")], RowKind.Insert);
        cluster.Checkpoint(full: true, static () => { });
        cluster.Restore(1);
        long estimate = long.Parse(Assert.Single(cluster.Output).Key.Split('|')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(estimate, distinct * (1 - (3 * 0.0082)), distinct * (1 + (3 * 0.0082)));
    }

    private static void Send(OperatorCluster cluster, List<string> names, RowKind kind)
    {
        var random = new Random(1);
        for (int i = 0; i < names.Count; i += 4096)
        {
            object?[][] rows = [.. names.Skip(i).Take(4096).Select(n => new object?[] { 1L, n })];
            cluster.Process(rows, kind == RowKind.Insert ? null : [.. rows.Select(_ => kind)], random);
        }
    }

    private static GroupAggregateNode Node(bool insertOnly, params string[] functions)
    {
        AggregateCall[] calls = [.. functions.Select((f, i) => new AggregateCall(
            f, [1], [SqlType.String], Distinct: false, Filter: -1, AggregateTable.Find(f)!.Bind([SqlType.String])!.ReturnType, $"s{i}"))];
        SqlField[] output = [new SqlField("k", SqlType.BigInt), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type))];
        return new GroupAggregateNode([0], ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.Create<SqlField>(output),
            Uid = "u",
            Changelog = ChangelogMode.Retract,
            InsertOnlyInput = insertOnly,
        };
    }
}
