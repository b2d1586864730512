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

// Goal: what stands in the output is what sorting all rows of each partition says, whatever comes and goes, with ties, NULLs in
// front and behind, and copies. Method: random rows in random cuts against a list that is sorted anew; checkpoints in the
// middle, restored elsewhere. Under upserts each kind must fit what its key had; so a −D too many or a +U of nothing fails.
public sealed class RankTests : OperatorTest
{
    private static readonly SqlField[] Fields =
    [
        new("p", SqlType.BigInt), new("i", SqlType.Integer), new("s", SqlType.String), new("d", SqlType.Double),
        new("w", SqlType.Decimal(30, 2)), new("id", SqlType.BigInt.WithNullable(false)),
    ];

    public static TheoryData<int> Seeds() => SeedsUpTo(24, "COLUMNSTREAM_RANK_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_what_sorting_all_rows_says(int seed)
    {
        var random = new Random(seed);
        bool isBatch = seed % 11 == 0;
        RankNode node = NodeOf(random, isBatch);
        using var cluster = new OperatorCluster(
            node, SchemaOf(Fields), [.. node.Partition], Allocator, Pages, isBatch);
        int most = node.Partition.Count == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var rows = new List<StandingRow>();
        for (int step = 0; step < 25; step++)
        {
            Feed(cluster, node, rows, random);
            if (!isBatch && random.Next(4) == 0)
            {
                List<StandingRow> before = [.. rows];
                if (cluster.Interrupt(random, fullOdds: 3, most, () => Feed(cluster, node, rows, random)))
                {
                    rows = before;
                }
            }

            if (!isBatch)
            {
                Compare(node, rows, cluster.Output, seed);
            }
        }

        cluster.Finish();
        Compare(node, rows, cluster.Output, seed);
    }

    private static RankNode NodeOf(Random random, bool isBatch)
    {
        bool isInsertOnly = isBatch || random.Next(2) == 0;
        var function = (RankFunction)random.Next(3);
        (long start, long end) = random.Next(4) switch
        {
            0 => (1, 1),
            1 => (1, 1 + random.Next(4)),
            2 => (2, 2 + random.Next(4)),
            _ => (1L, random.Next(2) == 0 ? 30 : long.MaxValue),
        };
        bool hasNumber = random.Next(2) == 0;
        int[] partition = random.Next(5) switch
        {
            0 => [],
            1 => [0, 2],
            _ => [0],
        };
        int[] columns = [.. new[] { 1, 2, 3, 4 }.OrderBy(_ => random.Next()).Take(random.Next(5) == 0 ? 2 : 1)];
        SortKey[] order = [.. columns.Select(c => new SortKey(c, random.Next(2) == 0, random.Next(2) == 0))];
        var node = new RankNode(function, ValueList.Create<int>(partition), ValueList.Create<SortKey>(order), start, end, hasNumber)
        {
            Id = 1,
            Inputs = [0],
            Output = [.. Fields, .. hasNumber ? [new SqlField("rn", SqlType.BigInt.WithNullable(false))] : Array.Empty<SqlField>()],
            Uid = "u",
            InsertOnlyInput = isInsertOnly,
        };
        bool isKeyed = function == RankFunction.RowNumber && (hasNumber || start == end);
        return isBatch ? node with { Changelog = ChangelogMode.InsertOnly }
            : isKeyed && random.Next(2) == 0 ? node with
            {
                Changelog = ChangelogMode.Upsert,
                UpsertKey = [.. partition, .. hasNumber ? [Fields.Length] : Array.Empty<int>()],
            }
            : node with { Changelog = ChangelogMode.Retract };
    }

    private static void Feed(OperatorCluster cluster, RankNode node, List<StandingRow> rows, Random random) =>
        StandingRow.Feed(cluster, rows, random, node.InsertOnlyInput, usual: 12, largest: 600, crowd: 80, RandomRow);

    private static object?[] RandomRow(Random random)
    {
        string[] texts = ["", "a", "ab", "a text longer than a view", "a text longer than any", "zz"];
        double[] doubles = [0.0, -0.0, 1.5, -2.25, double.NaN, double.PositiveInfinity];
        Int128[] wides = [0, 1, -1, Int128.MaxValue / 1000, Int128.MinValue / 1000];
        return
        [
            random.Next(9) == 0 ? null : (long)random.Next(4),
            random.Next(6) == 0 ? null : (long)(random.Next(2) == 0 ? random.Next(5) : random.Next(-100, 100)),
            random.Next(6) == 0 ? null : texts[random.Next(texts.Length)],
            random.Next(6) == 0 ? null : doubles[random.Next(doubles.Length)] + 0.0,
            random.Next(6) == 0 ? null : wides[random.Next(wides.Length)],
            (long)random.Next(4),
        ];
    }

    private static void Compare(RankNode node, List<StandingRow> rows, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        foreach (IGrouping<string, StandingRow> group in rows.GroupBy(r => BoxedRows.Print([.. node.Partition.Select(p => r.Values[p])])))
        {
            StandingRow[] sorted = [.. group.Order(Comparer<StandingRow>.Create((x, y) => CompareKeys(node, x, y)))];
            (long position, long rank, long dense) = (0, 0, 0);
            for (int i = 0; i < sorted.Length; i++)
            {
                if (i == 0 || CompareKeys(node, sorted[i - 1], sorted[i]) != 0)
                {
                    rank = position + 1;
                    dense++;
                }

                for (int copy = 0; copy < sorted[i].Copies; copy++)
                {
                    position++;
                    long number = node.Function switch
                    {
                        RankFunction.RowNumber => position,
                        RankFunction.Rank => rank,
                        _ => dense,
                    };
                    if (number >= node.Start && number <= node.End)
                    {
                        Count(expected, BoxedRows.Print(node.HasNumber ? [.. sorted[i].Values, number] : sorted[i].Values));
                    }
                }
            }
        }

        AssertSame(expected, output, $"seed {seed}, {node.Describe()}");
    }

    private static int CompareKeys(RankNode node, StandingRow x, StandingRow y)
    {
        foreach (SortKey key in node.Order)
        {
            object? left = x.Values[key.Column];
            object? right = y.Values[key.Column];
            if (left is null || right is null)
            {
                if (left is null != right is null)
                {
                    return left is null == key.NullsFirst ? -1 : 1;
                }

                continue;
            }

            int order = left switch
            {
                string text => string.CompareOrdinal(text, (string)right),
                double number => double.IsNaN(number) || double.IsNaN((double)right)
                    ? double.IsNaN(number).CompareTo(double.IsNaN((double)right)) : number.CompareTo((double)right),
                _ => ((IComparable)left).CompareTo(right),
            };
            if (order != 0)
            {
                return key.Descending ? -order : order;
            }
        }

        return 0;
    }
}
