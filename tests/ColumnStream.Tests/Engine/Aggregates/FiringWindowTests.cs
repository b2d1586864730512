using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: with early and late results the rows that stand are, after every batch, the aggregates of all rows that came in time
// (within the lateness), or those of a time no longer ago than the delay. Method: random rows, late ones among them,
// retractions and cuts against windows computed anew, on a clock that the test moves; checkpoints restored elsewhere, perhaps
// later, where a result that was given must be taken back exactly once and what fell due must come. What would break it: an
// image taken after the change, a result not remembered in the row, a window dropped too early, a timer that was not asked for.
public sealed class FiringWindowTests : OperatorTest
{
    private const int Time = 8;
    private const long Lateness = 3000;
    private const long Delay = 50;

    public static TheoryData<int> Seeds() => SeedsUpTo(32, "COLUMNSTREAM_WINDOW_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_stands_is_the_aggregate_of_all_rows_in_time(int seed)
    {
        var random = new Random(seed);
        bool retracts = seed % 3 == 1;
        long delay = seed % 4 < 2 ? 0 : Delay;
        int[] keys = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(seed % 6 == 0 ? 0 : 1 + random.Next(2))];
        WindowSpec spec = seed % 2 == 0
            ? new WindowSpec(WindowKind.Tumble, Time, 2000, 2000, 0) : new WindowSpec(WindowKind.Hop, Time, 3000, 1000, 0);
        WindowAggregateNode node = NodeOf(spec, keys, GroupAggregateTests.Calls(random, 1 + random.Next(4)), retracts, delay);
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(3), keys, Allocator, Pages) { Time = clock };
        int most = keys.Length == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var model = new Model(node, delay);
        void Wait(long ms)
        {
            clock.Advance(TimeSpan.FromMilliseconds(ms));
            cluster.WakeDue();
            model.Check(cluster.Output, clock, $"seed {seed} {node.Describe()}");
        }

        for (int step = 0; step < 12; step++)
        {
            (List<object?[]> rows, List<RowKind> kinds) = model.Draw(random, retracts);
            cluster.Process(rows, retracts ? kinds : null, random);
            model.Change(clock);
            Wait(random.Next(2) * random.Next(40));
            if (random.Next(2) == 0)
            {
                cluster.Advance(model.Pass(Math.Max(model.Watermark, model.Clock - random.Next(4000))));
                Wait(0);
            }

            if (random.Next(4) == 0)
            {
                cluster.Interrupt(random, fullOdds: 3, most, () => { });
                Wait(1 + random.Next(60));
            }
        }

        cluster.Advance(model.Pass(long.MaxValue));
        Wait(0);
        Assert.Equal(model.Late, cluster.LateRows);
    }

    /// <summary>Bits of results that are NULL run over one word.</summary>
    [Fact]
    public void More_results_than_a_word_has_bits_are_remembered()
    {
        AggregateCall[] calls = [.. Enumerable.Range(0, 130).Select(i => new AggregateCall(
            "MAX", [2], [SqlType.Integer], Distinct: false, Filter: i % 3 == 0 ? -1 : 6, SqlType.Integer, $"s{i}"))];
        WindowAggregateNode node = NodeOf(new WindowSpec(WindowKind.Tumble, Time, 2000, 2000, 0), [0], calls, retracts: false, delay: 0);
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(3), [0], Allocator, Pages);
        cluster.Start(1);
        object?[] row = [1L, "s", 5L, 0.5, 1L, (Int128)1, false, 1L, 1000L];
        cluster.Process([row], null, new Random(1));
        string nulls = cluster.Output.Keys.Single();
        row[6] = true;
        cluster.Process([row], null, new Random(1));
        cluster.Process([row], null, new Random(1));
        Assert.Equal(["+I " + nulls, "-U " + nulls, "+U " + cluster.Output.Keys.Single()], cluster.Log);
        Assert.Equal(86, nulls.Split("NULL").Length - 1);
    }

    private static WindowAggregateNode NodeOf(WindowSpec spec, int[] keys, AggregateCall[] calls, bool retracts, long delay)
    {
        SqlType[] types = GroupAggregateTests.TypesOf(3);
        SqlField[] output =
        [
            .. keys.Select(k => new SqlField($"k{k}", types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)),
            new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", types[Time]),
        ];
        return new WindowAggregateNode(spec, ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1, Output = ValueList.Create<SqlField>(output), Uid = "u", InsertOnlyInput = !retracts,
            Changelog = ChangelogMode.Retract, Firing = new WindowFiring(delay, delay, Lateness),
        };
    }

    private sealed class Model(WindowAggregateNode node, long delayMs)
    {
        private readonly List<object?[]> _live = [];
        private readonly List<(object?[] Row, int Sign, (long Start, long End)[] Open)> _history = [];

        // What each group was from when on; null for none.
        private readonly Dictionary<string, List<(long SinceMs, string? Row, long End)>> _states = [];
        private readonly Dictionary<string, string> _groupOf = [];

        public long Clock { get; private set; } = 20_000;

        public long Watermark { get; private set; } = long.MinValue;

        public long Late { get; private set; }

        public (List<object?[]> Rows, List<RowKind> Kinds) Draw(Random random, bool retracts)
        {
            var rows = new List<object?[]>();
            var kinds = new List<RowKind>();
            for (int n = 1 + random.Next(40); n > 0; n--)
            {
                List<object?[]> open = retracts && random.Next(3) == 0 ? _live.FindAll(r => WindowsOf(r).All(w => !IsGone(w.End))) : [];
                object?[] row;
                if (open.Count > 0)
                {
                    row = open[random.Next(open.Count)];
                    kinds.Add(RowKind.Delete);
                    _live.Remove(row);
                    _history.Add((row, -1, _history.First(h => h.Row == row).Open));
                }
                else
                {
                    row = [.. GroupAggregateTests.TypesOf(3).Select(t => GroupAggregateTests.Value(t, random))];
                    Clock += random.Next(60);
                    row[Time] = Clock - random.Next(7000);
                    kinds.Add(RowKind.Insert);
                    (long Start, long End)[] windows = [.. WindowsOf(row).Where(w => !IsGone(w.End))];
                    Late += windows.Length == 0 ? 1 : 0;
                    if (windows.Length > 0)
                    {
                        _live.Add(row);
                        _history.Add((row, 1, windows));
                    }
                }

                rows.Add(row);
            }

            return (rows, kinds);
        }

        /// <summary>Notes what groups are now.</summary>
        public void Change(ManualClock clock)
        {
            var now = new Dictionary<string, (string Row, long End)>();
            foreach (var group in _history.SelectMany(h => h.Open.Select(w => (Window: w, h.Row, h.Sign)))
                .GroupBy(x => BoxedRows.Print(node.Keys.Select(k => x.Row[k]).Append(x.Window.End))))
            {
                List<object?[]> rows = [];
                foreach ((_, object?[] row, int sign) in group)
                {
                    _ = sign > 0 ? Add(rows, row) : rows.Remove(row);
                }

                if (rows.Count > 0)
                {
                    (long start, long end) = group.First().Window;
                    object? Result(AggregateCall call) => ReferenceAggregate.IsOrdered(call)
                        ? ReferenceAggregate.Replay(call, group.Select(x => (x.Row, x.Sign)))
                        : GroupAggregateTests.Widened(call, ReferenceAggregate.Compute(call, rows));
                    string text = BoxedRows.Print(node.Keys.Select(k => rows[0][k]).Concat(node.Aggregates.Select(Result))
                        .Append(start).Append(end).Append(end - 1));
                    now.Add(group.Key, (Sorted(text), end));
                    _groupOf[Sorted(text)] = group.Key;
                }
            }

            foreach (string group in _states.Keys.Union(now.Keys).ToList())
            {
                (string? row, long end) = now.TryGetValue(group, out var found) ? found : (null, 0);
                List<(long SinceMs, string? Row, long End)> states = _states.TryGetValue(group, out var known) ? known : _states[group] = [(0, null, end)];
                if (states[^1].Row != row)
                {
                    states.Add((Stamp(clock), row, states[^1].End));
                }
            }
        }

        /// <summary>Windows that end, or go, are given as they stand.</summary>
        public long Pass(long watermark)
        {
            foreach (List<(long SinceMs, string? Row, long End)> states in _states.Values)
            {
                long end = states[0].End;
                bool ends = end - 1 > Watermark && end - 1 <= watermark;
                if (ends || (!IsGone(end, Watermark) && IsGone(end, watermark)))
                {
                    states.RemoveRange(0, states.Count - 1);
                }
            }

            return Watermark = watermark;
        }

        public void Check(Dictionary<string, int> output, ManualClock clock, string what)
        {
            var standing = new Dictionary<string, string>();
            foreach ((string given, int count) in output)
            {
                string row = Sorted(given);
                Assert.True(count == 1 && _groupOf.ContainsKey(row), $"{what}\nnever the row of a group: {row}");
                Assert.True(standing.TryAdd(_groupOf[row], row), $"{what}\ntwo rows of a group: {row}");
            }

            foreach ((string group, List<(long SinceMs, string? Row, long End)> states) in _states)
            {
                long since = Stamp(clock) - delayMs;
                int first = Math.Max(0, states.FindLastIndex(s => s.SinceMs <= since));
                string? row = standing.GetValueOrDefault(group);
                Assert.True(
                    states.Skip(first).Any(s => s.Row == row),
                    $"{what}\nstands {row ?? "nothing"}, of {string.Join(" | ", states.Select(s => $"{s.SinceMs - since}: {s.Row ?? "nothing"}"))}");
            }
        }

        // Multisets have no order.
        private static string Sorted(string row) => Regex.Replace(
            row, "{(.*?)}", m => string.Join(", ", m.Groups[1].Value.Split(", ").Order(StringComparer.Ordinal)));

        private static long Stamp(ManualClock clock) => clock.GetTimestamp() / TimeSpan.TicksPerMillisecond;

        private static bool Add(List<object?[]> rows, object?[] row)
        {
            rows.Add(row);
            return true;
        }

        private IEnumerable<(long Start, long End)> WindowsOf(object?[] row) =>
            WindowAggregateTests.WindowsOf(node.Window, (long)row[Time]!);

        private bool IsGone(long end) => IsGone(end, Watermark);

        private static bool IsGone(long end, long watermark) => watermark > long.MinValue && end - 1 + Lateness <= watermark;
    }
}
