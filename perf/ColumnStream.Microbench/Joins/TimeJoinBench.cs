using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;

namespace ColumnStream.Microbench.Joins;

/// <summary>Times interval and window joins beside a hand loop over the same rows: thread CPU ns an event, least of a few rounds.</summary>
/// <remarks>Two sides, keys at random, 1,000 rows a second and side, a watermark behind each batch; a row meets about one other.</remarks>
internal static class TimeJoinBench
{
    private const int BatchRows = 4096;
    private const int Batches = 100;
    private static readonly SqlField[] Fields =
        [new("k", SqlType.BigInt), new("ts", SqlType.Timestamp(3)), new("v", SqlType.BigInt), new("e", SqlType.Timestamp(3))];

    private static readonly Schema Columns = new(Fields.Select(f => new Field(f.Name, f.Type.ToArrow(), false)).ToArray());

    public static void Run()
    {
        using var buffers = new SizeClassPool();
        using var pages = new StatePool();
        var allocator = new BufferAllocator("bench", buffers);
        foreach (int keys in (int[])[1000, 10_000, 100_000])
        {
            var random = new Random(1);
            List<(int Side, RecordBatch Rows)> input = Make(keys, random, allocator);
            long reach = keys / 2;
            var interval = new IntervalJoinNode(JoinType.Inner, [0], [0], [false], 1, 1, -reach, reach, null)
            {
                Id = 2, Inputs = [0, 1], Output = [.. Fields, .. Fields], Uid = "u",
            };
            var window = new WindowJoinNode(JoinType.Inner, [0, 3], [0, 3], [false, false], 3, 3, null)
            {
                Id = 2, Inputs = [0, 1], Output = [.. Fields, .. Fields], Uid = "u",
            };
            Report(keys, "hand loop: interval", () => Hand(input, reach), input);
            IntervalJoinNode full = interval with { Type = JoinType.Full };
            Report(keys, "inner interval join", () => Once(OperatorFactory.Create(interval)!, input, allocator, pages), input);
            Report(keys, "full interval join", () => Once(OperatorFactory.Create(full)!, input, allocator, pages), input);
            Report(keys, "inner window join", () => Once(OperatorFactory.Create(window)!, input, allocator, pages), input);
            input.ForEach(i => i.Rows.Release());
        }

        allocator.Dispose();
    }

    private static void Report(
        int keys, string name, Func<(long Nanoseconds, long Rows)> once, List<(int Side, RecordBatch Rows)> input)
    {
        (long Nanoseconds, long Rows) best = (long.MaxValue, 0);
        for (int round = 0; round < 4; round++)
        {
            (long Nanoseconds, long Rows) run = once();
            best = round > 0 && run.Nanoseconds < best.Nanoseconds ? run : best;
        }

        double events = input.Sum(i => i.Rows.Length);
        Console.WriteLine($"{keys,9} keys  {name,-24} {best.Nanoseconds / events,7:F1} ns/event {best.Rows,9} rows out");
    }

    private static List<(int Side, RecordBatch Rows)> Make(int keys, Random random, BufferAllocator allocator)
    {
        var input = new List<(int, RecordBatch)>();
        long now = 1_000_000;
        for (int batch = 0; batch < 2 * Batches; batch++)
        {
            now += batch % 2 == 0 ? BatchRows : 0;
            var columns = new ArrayData[4];
            var builders = new FixedWidthBuilder[4];
            for (int c = 0; c < 4; c++)
            {
                builders[c] = (FixedWidthBuilder)ColumnBuilder.Create(Columns.Fields[c].Type, allocator, BatchRows);
            }

            for (int i = 0; i < BatchRows; i++)
            {
                long time = now + i;
                builders[0].Append((long)random.Next(keys));
                builders[1].Append(time);
                builders[2].Append((long)i);
                builders[3].Append(((time / keys) + 1) * keys);
            }

            for (int c = 0; c < 4; c++)
            {
                columns[c] = builders[c].Finish();
                builders[c].Dispose();
            }

            input.Add((batch % 2, new RecordBatch(Columns, columns, BatchRows)));
        }

        return input;
    }

    private static (long Nanoseconds, long Rows) Once(
        Operator made, List<(int Side, RecordBatch Rows)> input, BufferAllocator allocator, StatePool pages)
    {
        using Operator join = made;
        var options = new EvaluatorOptions(TimeProvider.System, new Random(1));
        join.Open(new OperatorContext(allocator, pages, options, [Columns, Columns], 0, 1, 128, false));
        var sink = new CountingSink();
        long start = ThreadClock.Nanoseconds();
        foreach ((int side, RecordBatch rows) in input)
        {
            join.Process(side, new StreamBatch(rows.Retain()), sink);
            Drain(join, sink);
            if (side == 1)
            {
                join.Advance(((FixedWidthArray)rows.Columns[1]).Values<long>()[^1], sink);
                Drain(join, sink);
            }
        }

        return (ThreadClock.Nanoseconds() - start, sink.Rows);
    }

    private static void Drain(Operator join, CountingSink sink)
    {
        while (join.HasMore)
        {
            join.Continue(sink);
        }
    }

    /// <summary>Keeps rows in lists by key, and drops what is out of reach when its key comes by.</summary>
    private static (long Nanoseconds, long Rows) Hand(List<(int Side, RecordBatch Rows)> input, long reach)
    {
        var sides = new Dictionary<long, Queue<(long Time, long Value)>>[] { [], [] };
        long rows = 0;
        long sum = 0;
        long start = ThreadClock.Nanoseconds();
        foreach ((int side, RecordBatch batch) in input)
        {
            ReadOnlySpan<long> keys = ((FixedWidthArray)batch.Columns[0]).Values<long>();
            ReadOnlySpan<long> times = ((FixedWidthArray)batch.Columns[1]).Values<long>();
            ReadOnlySpan<long> values = ((FixedWidthArray)batch.Columns[2]).Values<long>();
            for (int i = 0; i < batch.Length; i++)
            {
                if (sides[1 - side].TryGetValue(keys[i], out Queue<(long Time, long Value)>? other))
                {
                    while (other.TryPeek(out (long Time, long Value) oldest) && oldest.Time < times[i] - reach - BatchRows)
                    {
                        other.Dequeue();
                    }

                    foreach ((long time, long value) in other)
                    {
                        if (Math.Abs(time - times[i]) <= reach)
                        {
                            rows++;
                            sum += value;
                        }
                    }
                }

                if (!sides[side].TryGetValue(keys[i], out Queue<(long Time, long Value)>? own))
                {
                    sides[side].Add(keys[i], own = new Queue<(long Time, long Value)>());
                }

                own.Enqueue((times[i], values[i]));
            }
        }

        return (ThreadClock.Nanoseconds() - start, sum == -1 ? 0 : rows);
    }

    private sealed class CountingSink : Collector
    {
        public long Rows { get; private set; }

        public override void Emit(StreamBatch batch)
        {
            Rows += batch.Count;
            batch.Release();
        }
    }
}
