using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.Upsert;

// Goal: what changes leave standing comes out once, at the end, and nothing before. Method: random changes of a multiset of
// rows, with and without a key, checkpoints and, with a key, rescaling in the middle, all state on disk between two steps; the
// multiset is the answer. Fails when a row that was taken back stays, equal rows are one, a −U is taken for a −D, or −0.0
// becomes 0.0.
public sealed class FinalRowsTests : OperatorTest
{
    private static readonly SqlType[] Types =
    [
        SqlType.BigInt, SqlType.String, SqlType.Double, SqlType.Boolean, SqlType.Decimal(30, 4),
        .. Enumerable.Repeat(SqlType.Integer, 14),
    ];

    [Theory]
    [InlineData(1, 5, false, false)]
    [InlineData(2, 19, false, true)]
    [InlineData(3, 5, true, false)]
    [InlineData(4, 19, true, true)]
    public void Rows_that_stand_come_at_the_end(int seed, int width, bool isKeyed, bool spills)
    {
        var random = new Random(seed);
        SqlField[] fields = [.. Types.Take(width).Select((t, i) => new SqlField($"c{i}", t))];
        var node = new FinalRowsNode(isKeyed ? [0] : [])
        {
            Id = 1, Output = ValueList.Create<SqlField>(fields), Uid = "u", Changelog = ChangelogMode.InsertOnly,
        };
        using StateSpill? spill = spills ? SpillAlways() : null;
        using var cluster = new OperatorCluster(
            node, SchemaOf(fields), isKeyed ? [0] : [.. Enumerable.Range(0, width)], Allocator,
            spill is null ? Pages : Pages.ForTask(spill))
        {
            Spill = spill,
        };
        int mostSubtasks = isKeyed ? 3 : 1;
        cluster.Start(1 + random.Next(mostSubtasks));
        List<object?[]> standing = [];
        for (int step = 0; step < 40; step++)
        {
            Feed(cluster, standing, width, isKeyed, random);
            if (random.Next(5) == 0)
            {
                List<object?[]> saved = [.. standing];
                if (cluster.Interrupt(random, fullOdds: 2, mostSubtasks, () => Feed(cluster, standing, width, isKeyed, random)))
                {
                    standing = saved;
                }
            }
        }

        Assert.Empty(cluster.Output);
        cluster.Finish();
        var expected = new Dictionary<string, int>();
        standing.ForEach(row => Count(expected, BoxedRows.Print(row)));
        AssertSame(expected, cluster.Output, $"seed {seed}");
    }

    private static void Feed(OperatorCluster cluster, List<object?[]> standing, int width, bool isKeyed, Random random)
    {
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        for (int i = random.Next(40); i >= 0; i--)
        {
            object?[] row = [.. Types.Take(width).Select(t => GroupAggregateTests.Value(t, random))];
            row[2] = random.Next(4) == 0 ? -0.0 : row[2];
            row[0] = isKeyed ? random.NextInt64(60) : row[0];
            int at = isKeyed ? standing.FindIndex(r => Equals(r[0], row[0]))
                : random.Next(3) == 0 ? random.Next(standing.Count) : -1;
            if (at < 0 || standing.Count == 0)
            {
                rows.Add(row);
                kinds.Add(RowKind.Insert);
                standing.Add(row);
                if (!isKeyed && random.Next(6) == 0)
                {
                    rows.Add(row);
                    kinds.Add(RowKind.Insert);
                    standing.Add(row);
                }

                continue;
            }

            bool goes = random.Next(3) == 0;
            rows.Add(standing[at]);
            kinds.Add(goes ? RowKind.Delete : RowKind.UpdateBefore);
            standing.RemoveAt(at);
            if (!goes)
            {
                rows.Add(row);
                kinds.Add(RowKind.UpdateAfter);
                standing.Add(row);
            }
        }

        cluster.Process(rows, kinds, random);
    }
}
