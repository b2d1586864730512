using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: one row a key stays, the first or last in event or processing time, and the best rows of a window come once, when it
// closes. Method: random rows in disorder and random cuts against a loop over the list; watermarks, checkpoints, restores
// elsewhere. A tie taken the wrong way, a late row, or a window that comes twice fails.
public sealed class DeduplicateTests : OperatorTest
{
    public enum Kind
    {
        LastRowtime,
        LastProctime,
        FirstRowtime,
        FirstProctime,
        Window,
    }

    public static TheoryData<Kind, int> Cases()
    {
        var cases = new TheoryData<Kind, int>();
        int seeds = int.Parse(Environment.GetEnvironmentVariable("COLUMNSTREAM_RANK_SEEDS") ?? "40");
        for (int seed = 1; seed <= seeds; seed++)
        {
            cases.Add((Kind)(seed % 5), seed);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_stays_is_what_a_loop_finds(Kind kind, int seed)
    {
        var random = new Random(seed);
        SqlField[] fields = FieldsOf(kind);
        PhysicalNode node = NodeOf(kind, fields, random);
        int[] partition = kind == Kind.Window ? [0, 1, 3] : [0, 3];
        using var cluster = new OperatorCluster(node, SchemaOf(fields), partition, Allocator, Pages);
        cluster.Start(1 + random.Next(3));
        var rows = new List<object?[]>();
        long watermark = long.MinValue;
        long now = 1000;
        for (int step = 0; step < 30; step++)
        {
            now += random.Next(20);
            Feed(cluster, rows, kind, random, now, watermark);
            if (random.Next(3) == 0 && now - 15 > watermark)
            {
                watermark = now - 15;
                cluster.Advance(watermark);
            }

            Compare(node, kind, rows, watermark, cluster.Output, seed);
            if (random.Next(4) == 0)
            {
                List<object?[]> before = [.. rows];
                if (cluster.Interrupt(random, fullOdds: 3, mostSubtasks: 3, () => Feed(cluster, rows, kind, random, now, watermark)))
                {
                    rows = before;
                }
            }
        }

        cluster.Advance(long.MaxValue);
        Compare(node, kind, rows, long.MaxValue, cluster.Output, seed);
        if (kind == Kind.Window)
        {
            // The watermark itself is a row a subtask.
            Assert.InRange(cluster.StateRows, 1, 3);
        }
    }

    private static SqlField[] FieldsOf(Kind kind)
    {
        SqlType time = SqlType.Timestamp(3).WithNullable(false);
        TimeAttribute attribute = kind is Kind.LastProctime or Kind.FirstProctime ? TimeAttribute.Proctime : TimeAttribute.Rowtime;
        return kind == Kind.Window
            ? [new("start", time), new("end", time), new("v", SqlType.BigInt), new("k", SqlType.String)]
            : [new("p", SqlType.BigInt), new("ts", time with { TimeAttribute = attribute }), new("v", SqlType.BigInt), new("k", SqlType.String)];
    }

    private static PhysicalNode NodeOf(Kind kind, SqlField[] fields, Random random)
    {
        if (kind == Kind.Window)
        {
            return new WindowRankNode(
                (RankFunction)random.Next(3), [0, 1, 3], [new SortKey(2, random.Next(2) == 0, random.Next(2) == 0)], 1, 1 + random.Next(3),
                HasNumber: true, WindowEnd: 1)
            {
                Id = 1, Inputs = [0], Output = [.. fields, new SqlField("rn", SqlType.BigInt.WithNullable(false))], Uid = "u",
            };
        }

        bool isFirst = kind is Kind.FirstProctime or Kind.FirstRowtime;
        bool isUpsert = random.Next(2) == 0;
        return new RankNode(RankFunction.RowNumber, [0, 3], [new SortKey(1, !isFirst, isFirst)], 1, 1, HasNumber: false)
        {
            Id = 1,
            Inputs = [0],
            Output = [.. fields],
            Uid = "u",
            InsertOnlyInput = true,
            WaitsForWatermark = kind == Kind.FirstRowtime,
            Changelog = isFirst ? ChangelogMode.InsertOnly : isUpsert ? ChangelogMode.Upsert : ChangelogMode.Retract,
            UpsertKey = [0, 3],
        };
    }

    private static void Feed(OperatorCluster cluster, List<object?[]> rows, Kind kind, Random random, long now, long watermark)
    {
        var values = new List<object?[]>();
        int count = 1 + random.Next(random.Next(12) == 0 ? 500 : 15);
        for (int i = 0; i < count; i++)
        {
            long time = now - random.Next(25);
            string? text = random.Next(6) == 0 ? null : random.Next(2) == 0 ? "b" : "a text longer than a view holds";
            object? v = random.Next(6) == 0 ? null : (long)random.Next(6);
            long end = ((time / 10) + 1) * 10;
            object?[] row = kind == Kind.Window ? [end - 10, end, v, text]
                : [random.Next(9) == 0 ? null : (long)random.Next(5), kind is Kind.LastProctime or Kind.FirstProctime ? now : time, v, text];
            values.Add(row);
            bool isLate = kind switch
            {
                Kind.Window => end - 1 <= watermark,
                Kind.FirstRowtime => time < watermark,
                _ => false,
            };
            if (!isLate)
            {
                rows.Add(row);
            }
        }

        cluster.Process(values, null, random);
    }

    private static void Compare(
        PhysicalNode node, Kind kind, List<object?[]> rows, long watermark, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        int[] keys = kind == Kind.Window ? [0, 1, 3] : [0, 3];
        foreach (IGrouping<string, object?[]> group in rows.GroupBy(r => BoxedRows.Print(keys.Select(k => r[k]))))
        {
            foreach (object?[] row in kind == Kind.Window ? Ranked((WindowRankNode)node, [.. group], watermark) : Kept(kind, [.. group], watermark))
            {
                Count(expected, BoxedRows.Print(row));
            }
        }

        AssertSame(expected, output, $"seed {seed}, {kind}");
    }

    private static IEnumerable<object?[]> Kept(Kind kind, object?[][] group, long watermark)
    {
        object?[] kept = kind switch
        {
            Kind.LastRowtime => group.Aggregate((x, y) => (long)y[1]! >= (long)x[1]! ? y : x),
            Kind.LastProctime => group[^1],
            Kind.FirstProctime => group[0],
            _ => group.Aggregate((x, y) => (long)y[1]! < (long)x[1]! ? y : x),
        };
        return kind == Kind.FirstRowtime && (long)kept[1]! > watermark ? [] : [kept];
    }

    private static IEnumerable<object?[]> Ranked(WindowRankNode node, object?[][] group, long watermark)
    {
        if ((long)group[0][1]! - 1 > watermark)
        {
            yield break;
        }

        SortKey key = node.Order[0];
        long Place(object?[] row) => row[2] is not long v ? (key.NullsFirst ? long.MinValue : long.MaxValue) : key.Descending ? -v : v;
        object?[][] sorted = [.. group.OrderBy(Place)];
        for (int i = 0; i < sorted.Length; i++)
        {
            long place = Place(sorted[i]);
            long rank = node.Function switch
            {
                RankFunction.RowNumber => i + 1,
                RankFunction.Rank => 1 + sorted.Count(r => Place(r) < place),
                _ => 1 + sorted.Select(Place).Where(p => p < place).Distinct().Count(),
            };
            if (rank <= node.End)
            {
                yield return [.. sorted[i], rank];
            }
        }
    }
}
