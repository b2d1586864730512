using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: every row that is not late is answered once, with what a loop over its partition's rows in time says. Method: random
// rows in disorder and random cuts, watermarks that drop some of them, checkpoints in the middle, restored elsewhere; behind
// each watermark the output must be that of all rows before it. A frame that forgets a row too early, or a late row, fails.
public sealed class TimeOverTests : OperatorTest
{
    private static readonly SqlField[] Fields =
    [
        new("p", SqlType.BigInt), new("ts", SqlType.Timestamp(3).WithNullable(false) with { TimeAttribute = TimeAttribute.Rowtime }),
        new("v", SqlType.BigInt), new("s", SqlType.String), new("f", SqlType.Boolean),
    ];

    public static TheoryData<int> Seeds() => SeedsUpTo(24, "COLUMNSTREAM_RANK_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_get_what_stands_before_them_in_time(int seed)
    {
        var random = new Random(seed);
        TimeOverNode node = NodeOf(random);
        int most = node.Partition.Count == 0 ? 1 : 3;
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [.. node.Partition], Allocator, Pages);
        cluster.Start(1 + random.Next(most));
        var rows = new List<object?[]>();
        long watermark = long.MinValue;
        long now = 100;
        for (int step = 0; step < 30; step++)
        {
            now += random.Next(20);
            Feed(cluster, rows, random, now, watermark);
            if (random.Next(3) == 0 && now - 15 > watermark)
            {
                watermark = now - 15;
                cluster.Advance(watermark);
                Compare(node, rows, watermark, cluster.Output, seed);
            }

            if (random.Next(4) == 0)
            {
                List<object?[]> before = [.. rows];
                if (cluster.Interrupt(random, fullOdds: 3, most, () => Feed(cluster, rows, random, now, watermark)))
                {
                    rows = before;
                }
            }
        }

        cluster.Advance(long.MaxValue);
        Compare(node, rows, long.MaxValue, cluster.Output, seed);
    }

    // A partition whose frames reach back in time only keeps nothing once the watermark has passed what they reach.
    [Fact]
    public void The_watermark_empties_frames_of_time()
    {
        var frame = new FrameSpec(false, new FrameLimit(FrameLimitKind.Preceding, 10), new FrameLimit(FrameLimitKind.CurrentRow));
        TimeOverNode node = Make([0], [Call("SUM", [2], SqlType.BigInt, frame)]);
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [0], Allocator, Pages);
        cluster.Start(1);
        cluster.Process([.. Enumerable.Range(0, 100).Select(i => new object?[] { (long)i, 100L + i, 1L, "x", true })], null, new Random(1));
        cluster.Advance(300);
        Assert.Equal(100, cluster.Output.Count);
        Assert.Equal(1, cluster.StateRows);
    }

    private static TimeOverNode NodeOf(Random random)
    {
        int[] partition = random.Next(4) == 0 ? [] : random.Next(3) == 0 ? [0, 3] : [0];
        var calls = new List<WindowCall>();
        int count = 1 + random.Next(3);
        while (calls.Count < count)
        {
            FrameLimit start = random.Next(3) switch
            {
                0 => new FrameLimit(FrameLimitKind.UnboundedPreceding),
                1 => new FrameLimit(FrameLimitKind.CurrentRow),
                _ => new FrameLimit(FrameLimitKind.Preceding, random.Next(30)),
            };
            var frame = new FrameSpec(random.Next(2) == 0, start, new FrameLimit(FrameLimitKind.CurrentRow));
            bool isDistinct = random.Next(2) == 0;
            calls.Add(random.Next(11) switch
            {
                8 => Call("COUNT", [3], SqlType.BigInt, frame, random.Next(2) == 0 ? 4 : -1, isDistinct),
                9 => Call("SUM", [2], SqlType.BigInt, frame, random.Next(2) == 0 ? 4 : -1, isDistinct),
                10 => Call("LISTAGG", [3], SqlType.String, frame, -1, isDistinct: true),
                0 => Call("SUM", [2], SqlType.BigInt, frame, random.Next(2) == 0 ? 4 : -1),
                1 => Call("COUNT", [], SqlType.BigInt, frame, random.Next(2) == 0 ? 4 : -1),
                2 => Call("MIN", [2], SqlType.BigInt, frame),
                3 => Call("MAX", [3], SqlType.String, frame),
                4 => Call("ROW_NUMBER", [], SqlType.BigInt, null),
                5 => Call("RANK", [], SqlType.BigInt, null),
                6 => Call("DENSE_RANK", [], SqlType.BigInt, null),
                _ => Call("LAG", [3], SqlType.String, null) is var lag && random.Next(2) == 0 ? lag
                    : lag with { Call = lag.Call with { Constants = [new LiteralExpression("3", SqlType.BigInt)] } },
            });
        }

        return Make(partition, calls);
    }

    private static WindowCall Call(
        string function, int[] arguments, SqlType type, FrameSpec? frame, int filter = -1, bool isDistinct = false) => new(
        new AggregateCall(
            function, ValueList.Create<int>(arguments), ValueList.From(arguments.Select(a => Fields[a].Type.Materialized())),
            isDistinct, filter, type.WithNullable(frame is not null || function == "LAG"), string.Empty),
        frame);

    private static TimeOverNode Make(int[] partition, IReadOnlyList<WindowCall> calls) =>
        new(ValueList.Create<int>(partition), 1, ValueList.From(calls))
        {
            Id = 1,
            Inputs = [0],
            Output = [.. Fields, .. calls.Select((c, i) => new SqlField($"c{i}", c.Call.Type))],
            Uid = "u",
        };

    private static void Feed(OperatorCluster cluster, List<object?[]> rows, Random random, long now, long watermark)
    {
        var values = new List<object?[]>();
        int count = 1 + random.Next(random.Next(12) == 0 ? 500 : 15);
        for (int i = 0; i < count; i++)
        {
            object?[] row =
            [
                random.Next(9) == 0 ? null : (long)random.Next(4), now - random.Next(25),
                random.Next(6) == 0 ? null : (long)random.Next(-50, 50),
                random.Next(6) == 0 ? null : random.Next(2) == 0 ? "b" : "a text longer than a view holds",
                random.Next(6) == 0 ? null : random.Next(2) == 0,
            ];
            values.Add(row);
            if ((long)row[1]! > watermark)
            {
                rows.Add(row);
            }
        }

        cluster.Process(values, null, random);
    }

    private static void Compare(
        TimeOverNode node, List<object?[]> rows, long watermark, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        foreach (IGrouping<string, object?[]> group in rows.GroupBy(r => BoxedRows.Print(node.Partition.Select(p => r[p]))))
        {
            object?[][] sorted = [.. group.OrderBy(r => (long)r[1]!)];
            for (int i = 0; i < sorted.Length && (long)sorted[i][1]! <= watermark; i++)
            {
                Count(expected, BoxedRows.Print([.. sorted[i], .. node.Calls.Select(c => Answer(c, sorted, i))]));
            }
        }

        AssertSame(expected, output, $"seed {seed}, {node.Describe()}");
    }

    private static object? Answer(WindowCall window, object?[][] rows, int row)
    {
        long time = (long)rows[row][1]!;
        int last = Array.FindLastIndex(rows, r => (long)r[1]! == time);
        int first = Array.FindIndex(rows, r => (long)r[1]! == time);
        AggregateCall call = window.Call;
        if (window.Frame is not { } frame)
        {
            long back = call.Constants.Count == 0 ? 1 : long.Parse(call.Constants[0].Value!);
            return call.Function switch
            {
                "ROW_NUMBER" => row + 1L,
                "RANK" => first + 1L,
                "DENSE_RANK" => (long)rows.Take(row + 1).Select(r => r[1]).Distinct().Count(),
                _ => last - back >= 0 ? rows[last - back][3] : null,
            };
        }

        long distance = frame.Start.Kind == FrameLimitKind.CurrentRow ? 0 : frame.Start.Offset;
        IEnumerable<object?[]> seen = frame switch
        {
            { Start.Kind: FrameLimitKind.UnboundedPreceding } => rows.Take(frame.IsRows ? row + 1 : last + 1),
            { IsRows: true } => rows.Take(row + 1).Skip((int)Math.Max(0, row - distance)),
            _ => rows.Take(last + 1).Where(r => (long)r[1]! >= time - distance),
        };
        object?[][] counted = [.. seen.Where(r => call.Filter < 0 || r[call.Filter] is true)];
        if (call.Arguments.Count == 0)
        {
            return (long)counted.Length;
        }

        object?[] values = [.. counted.Select(r => r[call.Arguments[0]]).Where(v => v is not null)];
        values = call.Distinct ? [.. values.Distinct()] : values;
        return call.Function == "COUNT" ? values.LongLength : values.Length == 0 ? null : call.Function switch
        {
            "LISTAGG" => string.Join(',', values),
            "SUM" => values.Sum(v => (long)v!),
            "MIN" => values.Min(v => (long)v!),
            _ => values.Select(v => (string)v!).Max(StringComparer.Ordinal),
        };
    }
}
