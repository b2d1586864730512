using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: windows of processing time hold the rows that came in them and are given when the clock has passed their end, by the
// timers that the operator asks for, also when the job was down at their end. Method: random rows on a clock that the test
// moves, and sets back where all timers fire at once, against windows of the times at which rows came; checkpoints restored
// elsewhere and later. What would break it: a timer not asked for behind a restore, a time taken twice, a row of a date that
// was set back linked to no session.
public sealed class ProctimeWindowTests : OperatorTest
{
    private const int Time = 8;

    public static TheoryData<int> Seeds() => SeedsUpTo(30, "COLUMNSTREAM_WINDOW_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Windows_are_given_when_the_clock_has_passed_their_end(int seed)
    {
        var random = new Random(seed);
        bool isSetBack = seed % 2 == 0;
        SqlType[] types = GroupAggregateTests.TypesOf(3);
        int[] keys = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(seed % 6 == 0 ? 0 : 1 + random.Next(2))];
        PhysicalNode node = NodeOf(random, seed % 5, isSetBack, types, keys);
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, GroupAggregateTests.InputSchema(3), keys, Allocator, Pages) { Time = clock };
        int most = keys.Length == 0 ? 1 : 3;
        cluster.Start(1 + random.Next(most));
        var model = new Model(node, keys);
        long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
        void Wait(int ms)
        {
            clock.Advance(TimeSpan.FromMilliseconds(ms));
            if (isSetBack)
            {
                clock.Set(TimeSpan.FromMilliseconds(-random.Next(1500) * (random.Next(4) / 3)));
                cluster.Wake(0);
            }
            else
            {
                cluster.WakeDue();
            }

            AssertSame(model.Pass(Now() - 1), cluster.Output, $"seed {seed} {node.Describe()}");
        }

        for (int step = 0; step < 16; step++)
        {
            List<object?[]> rows = [.. Enumerable.Range(0, 1 + random.Next(30)).Select(_ => model.Draw(types, Now(), random))];
            cluster.Process(rows, null, random);
            Wait(random.Next(3) == 0 ? random.Next(2500) : random.Next(100));
            if (random.Next(3) == 0)
            {
                cluster.Interrupt(random, fullOdds: 3, most, () => { });
                Wait(1 + (random.Next(2) * random.Next(3000)));
            }
        }

        cluster.Finish();
        AssertSame(model.Pass(long.MaxValue), cluster.Output, $"seed {seed} {node.Describe()} at the end");
        Assert.Equal(0, cluster.LateRows);
    }

    private static PhysicalNode NodeOf(Random random, int kind, bool isSetBack, SqlType[] types, int[] keys)
    {
        long offset = random.Next(2) * 250;
        WindowSpec spec = kind switch
        {
            0 => new WindowSpec(WindowKind.Tumble, Time, 1000, 1000, offset),
            1 => new WindowSpec(WindowKind.Hop, Time, 1500, 500, offset),
            2 => new WindowSpec(WindowKind.Cumulate, Time, 2000, 500, offset),
            _ => new WindowSpec(WindowKind.Session, Time, 300, 300, 0) { Partition = ValueList.Create<int>(keys) },
        };
        spec = spec with { IsProctime = true };
        SqlField[] bounds = [new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", types[Time])];
        if (kind == 4)
        {
            return new WindowAssignNode(spec)
            {
                Id = 1, Output = ValueList.From<SqlField>([.. types.Select((t, i) => new SqlField($"c{i}", t)), .. bounds]), Uid = "u",
            };
        }

        // Multisets have no order, and distinct values none in windows that are put together of slices; rows of a date that was
        // set back do not come in the order of time.
        AggregateCall[] calls = [.. GroupAggregateTests.Calls(random, 1 + random.Next(4), ordered: !isSetBack)
            .Where(c => c.Function != "COLLECT")
            .Select(c => kind is 1 or 2 && ReferenceAggregate.IsOrdered(c) ? c with { Distinct = false } : c)];
        return new WindowAggregateNode(spec, ValueList.Create<int>(keys), ValueList.Create<AggregateCall>(calls))
        {
            Id = 1,
            Output = ValueList.From<SqlField>(
                [.. keys.Select(k => new SqlField($"k{k}", types[k])), .. calls.Select((c, i) => new SqlField($"a{i}", c.Type)), .. bounds]),
            Uid = "u",
            InsertOnlyInput = true,
        };
    }

    private sealed class Model(PhysicalNode node, int[] keys)
    {
        private readonly List<(object?[] Row, long Time)> _rows = [];
        private readonly Dictionary<string, int> _given = [];
        private long _passed = long.MinValue;

        private WindowSpec Spec => node is WindowAggregateNode a ? a.Window : ((WindowAssignNode)node).Window;

        /// <summary>Draws a row that comes now; time that is over does not come again.</summary>
        public object?[] Draw(SqlType[] types, long now, Random random)
        {
            object?[] row = [.. types.Select(t => GroupAggregateTests.Value(t, random))];
            now = Math.Max(now, _passed + 1);
            row[Time] = now;
            _rows.Add((row, now));
            return row;
        }

        public Dictionary<string, int> Pass(long passed)
        {
            long before = _passed;
            _passed = Math.Max(_passed, passed);
            foreach (((long start, long end), object?[][] rows) in Windows().ToList())
            {
                if (end - 1 > before && end - 1 <= _passed)
                {
                    foreach (string row in Print(rows, start, end))
                    {
                        Count(_given, row);
                    }

                    // A session that was given does not go on.
                    _rows.RemoveAll(r => Spec.Kind == WindowKind.Session && rows.Contains(r.Row));
                }
            }

            return _given;
        }

        private IEnumerable<((long Start, long End) Window, object?[][] Rows)> Windows()
        {
            foreach (var key in _rows.GroupBy(r => BoxedRows.Print(keys.Select(k => r.Row[k]))))
            {
                if (Spec.Kind != WindowKind.Session)
                {
                    foreach (var window in key.SelectMany(r => WindowAggregateTests.WindowsOf(Spec, r.Time).Select(w => (Window: w, r.Row)))
                        .GroupBy(x => x.Window))
                    {
                        yield return (window.Key, [.. window.Select(x => x.Row)]);
                    }

                    continue;
                }

                var session = new List<(object?[] Row, long Time)>();
                foreach ((object?[] Row, long Time) row in key.OrderBy(r => r.Time))
                {
                    if (session.Count > 0 && row.Time - session[^1].Time > Spec.SizeMs)
                    {
                        yield return ((session[0].Time, session[^1].Time + Spec.SizeMs), [.. session.Select(r => r.Row)]);
                        session.Clear();
                    }

                    session.Add(row);
                }

                yield return ((session[0].Time, session[^1].Time + Spec.SizeMs), [.. session.Select(r => r.Row)]);
            }
        }

        private IEnumerable<string> Print(object?[][] rows, long start, long end)
        {
            if (node is not WindowAggregateNode aggregate)
            {
                return rows.Select(row => BoxedRows.Print(row.Append(start).Append(end).Append(end - 1)));
            }

            object? Result(AggregateCall call) => ReferenceAggregate.IsOrdered(call)
                ? ReferenceAggregate.Replay(call, rows.Select(r => (r, 1)))
                : GroupAggregateTests.Widened(call, ReferenceAggregate.Compute(call, rows));
            return [BoxedRows.Print(keys.Select(k => rows[0][k]).Concat(aggregate.Aggregates.Select(Result)).Append(start).Append(end).Append(end - 1))];
        }
    }
}
