using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Nexmark.Hand;

/// <summary>Counts a key per window of ten seconds; the window's edge is searched once a batch.</summary>
internal sealed unsafe class TumbleCountLoop(int column) : HandLoop
{
    private const long WindowMs = 10_000;

    /// <inheritdoc/>
    public override long Run(IReadOnlyList<RecordBatch> batches)
    {
        using var table = new CountTable(15);
        var target = (long*)NativeMemory.AlignedAlloc(2 * 4096 * sizeof(long), 64);
        long rows = 0;
        long end = long.MinValue;
        foreach (RecordBatch batch in batches)
        {
            var keys = (long*)((FixedWidthArray)batch.Columns[column]).Pointer;
            var times = (long*)((FixedWidthArray)batch.Columns[4]).Pointer;
            for (int row = 0; row < batch.Length;)
            {
                if (times[row] >= end)
                {
                    rows += Fire(table, target);
                    end = ((times[row] / WindowMs) + 1) * WindowMs;
                }

                int edge = FirstAt(times, row, batch.Length, end);
                table.Add(keys + row, edge - row);
                row = edge;
            }
        }

        rows += Fire(table, target);
        NativeMemory.AlignedFree(target);
        return rows;
    }

    private static long Fire(CountTable table, long* target)
    {
        long rows = table.Count;
        table.Read(target);
        table.Clear();
        return rows;
    }
}
