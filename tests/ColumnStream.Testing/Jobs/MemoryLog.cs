using System;
using System.Collections.Generic;

namespace ColumnStream.Testing.Jobs;

/// <summary>Is a durable source of tests: splits of (key, value) rows.</summary>
public sealed class MemoryLog
{
    /// <summary>Gets the rows by split.</summary>
    public List<List<(long Key, long Value)>> Splits { get; } = [];

    /// <summary>Fills splits with random rows.</summary>
    public static MemoryLog Random(Random random, int splits, int rowsPerSplit, int keys)
    {
        var log = new MemoryLog();
        for (int s = 0; s < splits; s++)
        {
            var rows = new List<(long Key, long Value)>();
            int count = random.Next(rowsPerSplit / 2, rowsPerSplit + 1);
            for (int i = 0; i < count; i++)
            {
                rows.Add((random.Next(keys), random.NextInt64()));
            }

            log.Splits.Add(rows);
        }

        return log;
    }
}
