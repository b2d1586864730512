using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: behind every batch each row stands with what a loop over its sorted partition says, whatever comes and goes in front of
// it. Method: random changes in random cuts, ties, NULLs and copies, against lists that are sorted anew; checkpoints in the
// middle, restored elsewhere. A row whose answer changed and was not sent again, or an old one not taken back, fails.
public sealed class SortedOverTests : OperatorTest
{
    private static readonly SqlField[] Fields =
    [
        new("p", SqlType.BigInt), new("i", SqlType.BigInt), new("v", SqlType.BigInt), new("s", SqlType.String),
        new("f", SqlType.Boolean),
    ];

    public static TheoryData<int> Seeds() => SeedsUpTo(32, "COLUMNSTREAM_RANK_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Answers_follow_every_change(int seed)
    {
        var random = new Random(seed);
        SortedOverNode node = NodeOf(random);
        int most = node.Partition.Count == 0 ? 1 : 3;
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [.. node.Partition], Allocator, Pages);
        cluster.Start(1 + random.Next(most));
        var rows = new List<StandingRow>();
        for (int step = 0; step < 20; step++)
        {
            Feed(cluster, node, rows, random);
            if (random.Next(4) == 0)
            {
                List<StandingRow> before = [.. rows];
                if (cluster.Interrupt(random, fullOdds: 3, most, () => Feed(cluster, node, rows, random)))
                {
                    rows = before;
                }
            }

            Compare(node, rows, cluster.Output, seed);
        }
    }

    // Only rows at and behind the change are sent: what stands before it is not even looked at.
    [Fact]
    public void A_row_at_the_end_changes_nothing_else()
    {
        SortedOverNode node = Make(
            [0], [new SortKey(1, false, true)], [Call("SUM", [2], SqlType.BigInt, FrameSpec.UpToCurrent)], insertOnly: true);
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), [0], Allocator, Pages);
        cluster.Start(1);
        cluster.Process([.. Enumerable.Range(0, 50).Select(i => new object?[] { 1L, (long)i, 1L, "x", true })], null, new Random(1));
        cluster.Log.Clear();
        cluster.Process([[1L, 50L, 1L, "x", true]], null, new Random(1));
        cluster.Process([[1L, 49L, 1L, "y", true]], null, new Random(1));
        Assert.Equal(6, cluster.Log.Count);
        Assert.Equal(["+I", "-U", "+U", "-U", "+U", "+I"], cluster.Log.Select(l => l[..2]));
    }

    private static SortedOverNode NodeOf(Random random)
    {
        int[] partition = random.Next(4) == 0 ? [] : random.Next(3) == 0 ? [0, 3] : [0];
        bool isMeasured = random.Next(3) == 0;
        SortKey[] order = random.Next(3) == 0 && !isMeasured
            ? [new SortKey(3, random.Next(2) == 0, random.Next(2) == 0), new SortKey(1, random.Next(2) == 0, true)]
            : [new SortKey(1, random.Next(2) == 0, random.Next(2) == 0)];
        var calls = new List<WindowCall>();
        bool isPrefix = random.Next(2) == 0;
        int count = 1 + random.Next(3);
        while (calls.Count < count)
        {
            FrameSpec frame = isPrefix ? new FrameSpec(random.Next(2) == 0, new(FrameLimitKind.UnboundedPreceding), new(FrameLimitKind.CurrentRow))
                : FrameOf(random, isMeasured);
            bool isDistinct = !isPrefix && random.Next(3) == 0;
            int filter = random.Next(3) == 0 ? 4 : -1;
            calls.Add(random.Next(isPrefix ? 6 : 12) switch
            {
                0 => Call("SUM", [2], SqlType.BigInt, frame, filter, isDistinct),
                1 => Call("COUNT", [], SqlType.BigInt, frame, filter),
                2 => Call("MIN", [2], SqlType.BigInt, frame, filter),
                3 => Call("ROW_NUMBER", [], SqlType.BigInt, null),
                4 => Call("RANK", [], SqlType.BigInt, null),
                5 => Call("DENSE_RANK", [], SqlType.BigInt, null),
                6 => Call("MAX", [3], SqlType.String, frame, filter),
                7 => Call("COUNT", [3], SqlType.BigInt, frame, filter, isDistinct),
                8 => Call("LAG", [3], SqlType.String, null),
                9 => Call("LEAD", [2], SqlType.BigInt, null),
                10 => Call("LISTAGG", [3], SqlType.String, frame, filter, isDistinct),
                _ => Call("NTILE", [], SqlType.Integer, null) is var tile
                    ? tile with { Call = tile.Call with { Constants = [new LiteralExpression("3", SqlType.BigInt)] } } : null!,
            });
        }

        return Make(partition, order, calls, random.Next(2) == 0);
    }

    private static FrameSpec FrameOf(Random random, bool isMeasured)
    {
        bool isRows = !isMeasured && random.Next(2) == 0;
        bool hasDistance = isRows || isMeasured;
        FrameLimit Limit(int low, int high) => random.Next(low, high) switch
        {
            0 => new(FrameLimitKind.UnboundedPreceding),
            1 => new(hasDistance ? FrameLimitKind.Preceding : FrameLimitKind.CurrentRow, hasDistance ? random.Next(4) : 0),
            2 => new(FrameLimitKind.CurrentRow),
            3 => new(hasDistance ? FrameLimitKind.Following : FrameLimitKind.CurrentRow, hasDistance ? random.Next(4) : 0),
            _ => new(FrameLimitKind.UnboundedFollowing),
        };
        return new FrameSpec(isRows, Limit(0, 3), Limit(2, 5));
    }

    private static WindowCall Call(
        string function, int[] arguments, SqlType type, FrameSpec? frame, int filter = -1, bool isDistinct = false) => new(
        new AggregateCall(
            function, ValueList.Create<int>(arguments), ValueList.From(arguments.Select(a => Fields[a].Type.Materialized())),
            isDistinct, filter, type, string.Empty),
        frame);

    private static SortedOverNode Make(int[] partition, SortKey[] order, IReadOnlyList<WindowCall> calls, bool insertOnly) =>
        new(ValueList.Create<int>(partition), ValueList.Create<SortKey>(order), ValueList.From(calls))
        {
            Id = 1,
            Inputs = [0],
            Output = [.. Fields, .. calls.Select((c, i) => new SqlField($"c{i}", c.Call.Type))],
            Uid = "u",
            InsertOnlyInput = insertOnly,
            Changelog = ChangelogMode.Retract,
        };

    private static void Feed(OperatorCluster cluster, SortedOverNode node, List<StandingRow> rows, Random random) =>
        StandingRow.Feed(cluster, rows, random, node.InsertOnlyInput, usual: 10, largest: 150, crowd: 60, static random =>
        [
            random.Next(9) == 0 ? null : (long)random.Next(3), random.Next(7) == 0 ? null : (long)random.Next(12),
            random.Next(6) == 0 ? null : (long)random.Next(-5, 5),
            random.Next(6) == 0 ? null : random.Next(2) == 0 ? "b" : "a text longer than a view holds",
            random.Next(6) == 0 ? null : random.Next(2) == 0,
        ]);

    private static void Compare(SortedOverNode node, List<StandingRow> rows, Dictionary<string, int> output, int seed)
    {
        var expected = new Dictionary<string, int>();
        foreach (IGrouping<string, StandingRow> group in rows.GroupBy(r => BoxedRows.Print([.. node.Partition.Select(p => r.Values[p])])))
        {
            object?[][] sorted = [.. group.Order(Comparer<StandingRow>.Create((x, y) => CompareKeys(node, x.Values, y.Values)))
                .SelectMany(r => Enumerable.Repeat(r.Values, r.Copies))];
            for (int i = 0; i < sorted.Length; i++)
            {
                Count(expected, BoxedRows.Print([.. sorted[i], .. node.Calls.Select(c => Answer(node, c, sorted, i))]));
            }
        }

        AssertSame(expected, output, $"seed {seed}, {node.Describe()}");
    }

    private static object? Answer(SortedOverNode node, WindowCall window, object?[][] rows, int row)
    {
        bool Same(object?[] other) => CompareKeys(node, other, rows[row]) == 0;
        (int first, int last) = (Array.FindIndex(rows, Same), Array.FindLastIndex(rows, Same));
        AggregateCall call = window.Call;
        if (window.Frame is not { } frame)
        {
            (int size, int larger) = (rows.Length / 3, rows.Length % 3);
            return call.Function switch
            {
                "ROW_NUMBER" => row + 1L,
                "RANK" => first + 1L,
                "DENSE_RANK" => (long)Enumerable.Range(0, row + 1).Count(i => i == 0 || CompareKeys(node, rows[i - 1], rows[i]) != 0),
                "LAG" => last > 0 ? rows[last - 1][3] : null,
                "LEAD" => row + 1 < rows.Length ? rows[row + 1][2] : null,
                _ => row < larger * (size + 1) ? (row / (size + 1)) + 1L : larger + ((row - (larger * (size + 1))) / size) + 1L,
            };
        }

        SortKey key = node.Order[0];
        long? At(int i) => rows[i][key.Column] is long n ? (key.Descending ? -n : n) : null;
        int Bound(FrameLimit limit, bool isStart)
        {
            int sign = limit.Kind == FrameLimitKind.Preceding ? -1 : 1;
            switch (limit.Kind)
            {
                case FrameLimitKind.UnboundedPreceding:
                    return 0;
                case FrameLimitKind.UnboundedFollowing:
                    return rows.Length - 1;
                case FrameLimitKind.CurrentRow:
                    return frame.IsRows ? row : isStart ? first : last;
                case var _ when frame.IsRows:
                    return row + (int)(sign * limit.Offset);
                case var _ when At(row) is not { } value:
                    return isStart ? first : last;
                default:
                    IEnumerable<int> all = Enumerable.Range(0, rows.Length).Where(i => At(i) is not null);
                    long bound = At(row)!.Value + (sign * limit.Offset);
                    return isStart ? all.Where(i => At(i) >= bound).DefaultIfEmpty(rows.Length).First()
                        : all.Where(i => At(i) <= bound).DefaultIfEmpty(-1).Last();
            }
        }

        (int start, int end) = (Bound(frame.Start, true), Bound(frame.End, false));
        object?[][] counted = [.. rows.Where((r, i) => i >= start && i <= end && (call.Filter < 0 || r[call.Filter] is true))];
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

    private static int CompareKeys(SortedOverNode node, object?[] x, object?[] y)
    {
        foreach (SortKey key in node.Order)
        {
            (object? left, object? right) = (x[key.Column], y[key.Column]);
            int order = left is null || right is null
                ? left is null == right is null ? 0 : left is null == key.NullsFirst ? -1 : 1
                : (left is string text ? string.CompareOrdinal(text, (string)right) : ((long)left).CompareTo((long)right))
                    * (key.Descending ? -1 : 1);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
