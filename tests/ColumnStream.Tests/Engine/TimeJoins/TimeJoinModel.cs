using System;
using System.Collections.Generic;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;

namespace ColumnStream.Tests.Engine.TimeJoins;

/// <summary>Drives an operator and a model of it through rows, watermarks, checkpoints and restores, and compares what stands.</summary>
internal abstract class TimeJoinModel
{
    public long Watermark { get; protected set; } = long.MinValue;

    public Dictionary<string, int> Output { get; protected init; } = [];

    public abstract TimeJoinModel Copy();

    public abstract void Advance(long watermark);

    protected void Add(IEnumerable<object?> row, int sign = 1) => OperatorTest.Count(Output, BoxedRows.Print(row), sign);

    public static void Run(
        OperatorCluster cluster, TimeJoinModel model, Random random, int most, int seed, string what, Func<TimeJoinModel, long, long> feed)
    {
        cluster.Start(1 + random.Next(most));
        long now = 1_000_000;
        for (int step = 0; step < 25; step++)
        {
            now = feed(model, now);
            if (random.Next(3) == 0)
            {
                model.Advance(Math.Max(model.Watermark, now - random.Next(40)));
                cluster.Advance(model.Watermark);
            }

            if (random.Next(5) == 0)
            {
                TimeJoinModel before = model.Copy();
                long then = now;
                if (cluster.Interrupt(random, fullOdds: 3, most, () => now = feed(model, now)))
                {
                    (model, now) = (before, then);
                }
            }

            Compare(model, cluster, $"seed {seed} {what}");
        }

        model.Advance(long.MaxValue);
        cluster.Advance(long.MaxValue);
        Compare(model, cluster, $"seed {seed} {what}");
    }

    private static void Compare(TimeJoinModel model, OperatorCluster cluster, string what) =>
        OperatorTest.AssertSame(model.Output, cluster.Output, $"{what} watermark {model.Watermark}");
}
