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

// Goal: the materialised output is the aggregate of the rows that are left. Method: random rows, kinds, cuts and
// selections against LINQ; checkpoints in the middle, restored at other parallelisms.
public sealed class GroupAggregateTests : OperatorTest
{
    private static readonly SqlType[] Types =
    [
        SqlType.BigInt, SqlType.String, SqlType.Integer, SqlType.Double, SqlType.Decimal(10, 2), SqlType.Decimal(30, 4),
        SqlType.Boolean, SqlType.SmallInt, SqlType.Timestamp(3),
    ];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_the_aggregate_of_the_rows_that_are_left(int seed)
    {
        var random = new Random(seed);
        bool retracts = seed % 3 != 0;
        bool isBatch = seed % 8 == 7;
        GroupAggregateNode node = NodeOf(random, retracts, seed % 5 == 0 ? 0 : 1 + random.Next(3));
        Schema input = InputSchema();
        var live = new List<object?[]>();
        var history = new List<(object?[] Row, int Sign)>();
        using var cluster = new OperatorCluster(node, input, [.. node.Keys], Allocator, Pages, isBatch);
        int maxParallelism = node.Keys.Count == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(maxParallelism));
        for (int step = 0; step < 12; step++)
        {
            Feed(cluster, live, history, random, retracts);
            if (!isBatch && random.Next(4) == 0)
            {
                var rows = new List<object?[]>(live);
                int past = history.Count;
                if (cluster.Interrupt(random, fullOdds: 3, maxParallelism, () => Feed(cluster, live, history, random, retracts)))
                {
                    live = rows;
                    history.RemoveRange(past, history.Count - past);
                }
            }

            if (!isBatch && step % 2 == 0)
            {
                Compare(node, live, history, cluster.Output, seed);
            }
        }

        cluster.Finish();
        Compare(node, live, history, cluster.Output, seed);
    }

    private static void Feed(
        OperatorCluster cluster, List<object?[]> live, List<(object?[] Row, int Sign)> history, Random random, bool retracts)
    {
        int count = 1 + random.Next(random.Next(10) == 0 ? 700 : 40);
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        while (rows.Count < count)
        {
            if (retracts && live.Count > 0 && random.Next(3) == 0)
            {
                int victim = random.Next(live.Count);
                rows.Add(live[victim]);
                history.Add((live[victim], -1));
                live.RemoveAt(victim);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
            }
            else
            {
                object?[] row = Types.Select(type => Value(type, random)).ToArray();
                rows.Add(row);
                live.Add(row);
                history.Add((row, 1));
                kinds.Add(random.Next(4) == 0 && retracts ? RowKind.UpdateAfter : RowKind.Insert);
            }
        }

        cluster.Process(rows, retracts ? kinds : null, random);
    }

    private static void Compare(
        GroupAggregateNode node,
        List<object?[]> live,
        List<(object?[] Row, int Sign)> history,
        Dictionary<string, int> output,
        int seed)
    {
        string KeyOf(object?[] row) => BoxedRows.Print(node.Keys.Select(k => row[k]));
        ILookup<string, (object?[] Row, int Sign)> past = history.ToLookup(h => KeyOf(h.Row));
        object? Value(AggregateCall call, IGrouping<string, object?[]> group) => ReferenceAggregate.IsOrdered(call)
            ? ReferenceAggregate.Replay(call, past[group.Key])
            : Widened(call, ReferenceAggregate.Compute(call, group));
        var expected = live
            .GroupBy(KeyOf)
            .Select(g => BoxedRows.Print(node.Keys.Select(k => g.First()[k]).Concat(node.Aggregates.Select(a => Value(a, g)))))
            .Order(StringComparer.Ordinal);
        var found = output.SelectMany(pair => Enumerable.Repeat(pair.Key, Math.Max(pair.Value, 1))).Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(found), $"seed {seed}\n{node.Describe()}\nexpected\n{string.Join("\n", expected.Except(found).Take(5))}\nfound\n{string.Join("\n", found.Except(expected).Take(5))}");
    }

    internal static object? Widened(AggregateCall call, object? value) =>
        value is long v && call.Type.Id == SqlTypeId.Decimal && call.Type.Precision > 18 ? (Int128)v : value;

    internal static object? Value(SqlType type, Random random)
    {
        if (random.Next(8) == 0)
        {
            return null;
        }

        int small = random.Next(-6, 7);
        return type.Id switch
        {
            SqlTypeId.Boolean => random.Next(2) == 0,
            SqlTypeId.Double => small / 4.0,
            SqlTypeId.Decimal when type.Precision > 18 => (Int128)small * 1_000_000_000_000,
            SqlTypeId.VarChar => random.Next(2) == 0 ? $"s{small}" : $"a longer text that goes to the heap {small}",
            SqlTypeId.BigInt => (long)small * 1_000_000_007,
            _ => (long)small,
        };
    }

    internal static SqlType[] TypesOf(int precision) =>
        [.. Types.Take(8), SqlType.Timestamp(precision)];

    internal static Schema InputSchema(int precision = 3) =>
        new(TypesOf(precision).Select((t, i) => new Field($"c{i}", t.ToArrow())).ToArray());

    private static GroupAggregateNode NodeOf(Random random, bool retracts, int keyCount)
    {
        int[] keys = Enumerable.Range(0, Types.Length).OrderBy(_ => random.Next()).Take(keyCount).ToArray();
        AggregateCall[] calls = Calls(random, 1 + random.Next(5));
        SqlField[] output = [.. keys.Select(k => new SqlField($"k{k}", Types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type))];
        return new GroupAggregateNode(ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.Create<SqlField>(output),
            Uid = "u",
            Changelog = ChangelogMode.Retract,
            InsertOnlyInput = !retracts,
        };
    }

    /// <summary>Makes COUNT(*) alone or with the sum of an integer: sets that are counted in one pass, and windows that run.</summary>
    internal static AggregateCall[] Sums(Random random)
    {
        AggregateFunction sum = AggregateTable.All.First(f => f.Name == "SUM");
        int column = Array.FindIndex(Types, t => t.IsInteger);
        var count = new AggregateCall("COUNT", default, default, Distinct: false, Filter: -1, SqlType.BigInt.WithNullable(false), "s0");
        var total = new AggregateCall(
            "SUM", [column], [Types[column]], Distinct: false, random.Next(2) == 0 ? 6 : -1, sum.Bind([Types[column]])!.ReturnType, "s1");
        return random.Next(2) == 0 ? [count] : [total, count];
    }

    internal static AggregateCall[] Calls(Random random, int count, bool ordered = true)
    {
        var calls = new List<AggregateCall>();
        while (calls.Count < count)
        {
            if (calls.LastOrDefault(c => c.Distinct) is { } distinct && random.Next(2) == 0)
            {
                // Shares the set of values of the other.
                calls.Add(distinct with { Filter = random.Next(2) == 0 ? 6 : -1, StateId = $"s{calls.Count}" });
                continue;
            }

            AggregateFunction function = AggregateTable.All[random.Next(AggregateTable.All.Count)];
            int column = function.Name == "PERCENTILE" ? 3 : random.Next(8);
            bool star = function.Name == "COUNT" && random.Next(3) == 0;
            int[] columns = star ? [] : function.Name == "COUNT" && random.Next(3) == 0 ? [column, (column + 3) % 8] : [column];
            SqlType[] arguments = [.. columns.Select(c => Types[c])];
            LiteralExpression[] constants = function.Name switch
            {
                "PERCENTILE" => [new LiteralExpression("25", SqlType.Decimal(3, 2))],
                "LISTAGG" when random.Next(2) == 0 => [new LiteralExpression(" ; ", SqlType.String)],
                _ => [],
            };
            if (!function.CanRetract || function.Bind([.. arguments, .. constants.Select(c => c.Type)]) is not { } binding)
            {
                continue;
            }

            var call = new AggregateCall(
                function.Name,
                ValueList.Create<int>(columns),
                ValueList.Create<SqlType>(arguments),
                Distinct: !star && random.Next(3) == 0,
                Filter: random.Next(3) == 0 ? 6 : -1,
                binding.ReturnType,
                $"s{calls.Count}")
            {
                Constants = ValueList.Create<LiteralExpression>(constants),
                Nulls = function.HasNullTreatment ? (NullRule)random.Next(3) : NullRule.Default,
            };
            if (ordered || !ReferenceAggregate.IsOrdered(call))
            {
                calls.Add(call);
            }
        }

        return [.. calls];
    }
}
