using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Nexmark.Hand;

/// <summary>Counts auctions per slice of two seconds and adds up the five slices of a window when it ends.</summary>
internal sealed unsafe class HopCountLoop : HandLoop
{
    private const long SliceMs = 2_000;
    private const int Slices = 5;

    /// <inheritdoc/>
    public override long Run(IReadOnlyList<RecordBatch> batches)
    {
        var slices = new CountTable[Slices];
        for (int i = 0; i < Slices; i++)
        {
            slices[i] = new CountTable(14);
        }

        using var window = new CountTable(15);
        var target = (long*)NativeMemory.AlignedAlloc(2 * 4096 * sizeof(long), 64);
        long rows = 0;
        long slice = long.MinValue;
        foreach (RecordBatch batch in batches)
        {
            var keys = (long*)((FixedWidthArray)batch.Columns[0]).Pointer;
            var times = (long*)((FixedWidthArray)batch.Columns[4]).Pointer;
            for (int row = 0; row < batch.Length;)
            {
                long next = times[row] / SliceMs;
                slice = slice == long.MinValue ? next : slice;
                for (; slice < next; slice++)
                {
                    rows += Fire(slices, window, slice, target);
                }

                int edge = FirstAt(times, row, batch.Length, (slice + 1) * SliceMs);
                slices[slice % Slices].Add(keys + row, edge - row);
                row = edge;
            }
        }

        for (int i = 0; i < Slices; i++, slice++)
        {
            rows += Fire(slices, window, slice, target);
        }

        NativeMemory.AlignedFree(target);
        foreach (CountTable table in slices)
        {
            table.Dispose();
        }

        return rows;
    }

    /// <summary>Ends the window whose last slice is <paramref name="slice"/>, and forgets its first slice.</summary>
    private static long Fire(CountTable[] slices, CountTable window, long slice, long* target)
    {
        foreach (CountTable table in slices)
        {
            window.Add(table);
        }

        long rows = window.Count;
        window.Read(target);
        window.Clear();
        slices[(slice + 1) % Slices].Clear();
        return rows;
    }
}
