using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

// Goal: rows with the extreme of a window come out as often as the join of all rows with all windows' extremes would give them.
// Method: random rows with ties, NULLs, times on the windows' edges, disorder and late ones, against lists of everything that
// ever came; bounds before, in and behind the window; checkpoints in the middle, restored at other parallelism. A bound that is
// off by a millisecond, a row that is not kept for its neighbour's window, or an extreme that a restore forgets is seen here.
public sealed class WindowArgMaxTests : OperatorTest
{
    private static readonly (long Lower, long Upper)[] Bounds = [(-10, 0), (-10, -1), (0, 9), (-25, 13), (-7, -2), (-10, 10)];

    private static readonly SqlField[] Fields =
    [
        new("s", SqlType.String), new("k", SqlType.BigInt),
        new("ts", SqlType.Timestamp(3) with { TimeAttribute = TimeAttribute.Rowtime }), new("v", SqlType.Integer),
    ];

    public static TheoryData<int> Seeds() => SeedsUpTo(72);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Output_is_the_join_with_the_extremes(int seed)
    {
        var random = new Random(seed);
        WindowArgMaxNode node = NodeOf(seed);
        int[] keys = [.. node.Keys];
        using var cluster = new OperatorCluster(node, SchemaOf(Fields), keys, Allocator, Pages);
        TimeJoinModel.Run(cluster, new Model(node), random, 4, seed, node.Describe(), (model, now) => Feed(cluster, (Model)model, random, now));
        Assert.True(!node.DropsLate || cluster.TableRows == 0, $"{cluster.TableRows} rows stay");
    }

    private static WindowArgMaxNode NodeOf(int seed)
    {
        bool isWindowJoin = seed % 7 == 0;
        (long lower, long upper) = isWindowJoin ? (-10, -1) : Bounds[seed % Bounds.Length];
        bool isHop = seed / 6 % 3 == 0;
        var window = new WindowSpec(isHop ? WindowKind.Hop : WindowKind.Tumble, 2, 10, isHop ? 5 : 10, seed % 4 == 0 ? 3 : 0);
        return new WindowArgMaxNode(window, seed / 3 % 2 == 0 ? [] : [1], 3, seed % 2 == 0, lower, upper)
        {
            Id = 1,
            Inputs = [0],
            Output =
            [
                .. Fields, new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)),
                new("window_time", SqlType.Timestamp(3)),
            ],
            Uid = "u",
            DropsLate = isWindowJoin,
        };
    }

    private static long Feed(OperatorCluster cluster, Model model, Random random, long now)
    {
        var rows = new List<object?[]>();
        int count = 1 + random.Next(random.Next(20) == 0 ? 500 : 15);
        while (rows.Count < count)
        {
            now += random.Next(2);
            long time = now - random.Next(random.Next(4) == 0 ? 60 : 5);
            rows.Add(
            [
                random.Next(2) == 0 ? "short" : $"a text that is longer than a view {random.Next(3)}",
                random.Next(9) == 0 ? null : (long)random.Next(3),
                random.Next(4) == 0 ? time / 5 * 5 : time,
                random.Next(9) == 0 ? null : (long)random.Next(-2, 3),
            ]);
        }

        model.Process(rows);
        cluster.Process(rows, null, random);
        return now;
    }

    private sealed class Model(WindowArgMaxNode node) : TimeJoinModel
    {
        private readonly List<object?[]> _rows = [];
        private readonly Dictionary<(long Key, long End), long> _open = [];
        private readonly Dictionary<(long Key, long End), long> _closed = [];

        public override TimeJoinModel Copy()
        {
            var copy = new Model(node) { Watermark = Watermark, Output = new Dictionary<string, int>(Output) };
            copy._rows.AddRange(_rows);
            foreach ((var window, long value) in _open)
            {
                copy._open.Add(window, value);
            }

            foreach ((var window, long value) in _closed)
            {
                copy._closed.Add(window, value);
            }

            return copy;
        }

        public void Process(List<object?[]> rows)
        {
            foreach (object?[] row in rows.Where(r => r[3] is not null && (node.Keys.Count == 0 || r[1] is not null)))
            {
                long time = (long)row[2]!;
                long value = (long)row[3]!;
                bool isLate = true;
                for (long end = time - 20; end <= time + 20; end++)
                {
                    if ((end - node.Window.OffsetMs) % node.Window.SlideMs == 0 && time < end && time >= end - node.Window.SizeMs
                        && end - 1 > Watermark)
                    {
                        isLate = false;
                        bool isKnown = _open.TryGetValue((KeyOf(row), end), out long best);
                        _open[(KeyOf(row), end)] = !isKnown ? value : node.IsLeast ? Math.Min(best, value) : Math.Max(best, value);
                    }
                }

                if (isLate && node.DropsLate)
                {
                    continue;
                }

                _rows.Add(row);
                foreach ((var window, long best) in node.DropsLate ? [] : _closed)
                {
                    Pair(row, window, best);
                }
            }
        }

        public override void Advance(long watermark)
        {
            foreach ((var window, long best) in _open.Where(w => w.Key.End - 1 <= watermark).ToList())
            {
                _rows.ForEach(row => Pair(row, window, best));
                _open.Remove(window);
                _closed.Add(window, best);
            }

            Watermark = watermark;
        }

        private long KeyOf(object?[] row) => node.Keys.Count == 0 ? 0 : (long)row[1]!;

        private void Pair(object?[] row, (long Key, long End) window, long best)
        {
            long distance = (long)row[2]! - window.End;
            if (KeyOf(row) == window.Key && (long)row[3]! == best && distance >= node.LowerMs && distance <= node.UpperMs)
            {
                Add([.. row, window.End - node.Window.SizeMs, window.End, window.End - 1]);
            }
        }
    }
}
