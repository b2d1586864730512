using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.TimeJoins;

/// <summary>Drives an operator and a model of it through rows, watermarks, checkpoints and restores, and compares what stands.</summary>
internal abstract class TimeJoinModel
{
    public long Watermark { get; protected set; } = long.MinValue;

    public Dictionary<string, int> Output { get; protected init; } = [];

    public abstract TimeJoinModel Copy();

    public abstract void Advance(long watermark);

    protected void Add(IEnumerable<object?> row, int sign = 1)
    {
        string text = BoxedRows.Print(row);
        Output[text] = Output.GetValueOrDefault(text) + sign;
        if (Output[text] == 0)
        {
            Output.Remove(text);
        }
    }

    public static Schema SchemaOf(SqlField[] fields) =>
        new(fields.Select(f => new Field(f.Name, f.Type.ToArrow(), f.Type.Nullable)).ToArray());

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
                var output = new Dictionary<string, int>(cluster.Output);
                TimeJoinModel before = model.Copy();
                long then = now;
                cluster.Checkpoint(random.Next(3) == 0, () => now = feed(model, now));
                if (random.Next(2) == 0)
                {
                    cluster.Restore(1 + random.Next(most));
                    (model, now) = (before, then);
                    cluster.Output.Clear();
                    foreach ((string row, int count) in output)
                    {
                        cluster.Output.Add(row, count);
                    }
                }
            }

            Compare(model, cluster, $"seed {seed} {what}");
        }

        model.Advance(long.MaxValue);
        cluster.Advance(long.MaxValue);
        Compare(model, cluster, $"seed {seed} {what}");
    }

    private static void Compare(TimeJoinModel model, OperatorCluster cluster, string what)
    {
        string[] wrong =
        [
            .. model.Output.Keys.Union(cluster.Output.Keys).Order(StringComparer.Ordinal)
                .Where(r => model.Output.GetValueOrDefault(r) != cluster.Output.GetValueOrDefault(r))
                .Select(r => $"{r}: expected {model.Output.GetValueOrDefault(r)}, found {cluster.Output.GetValueOrDefault(r)}"),
        ];
        Assert.True(wrong.Length == 0, $"{what} watermark {model.Watermark}\n{string.Join('\n', wrong)}");
    }
}
