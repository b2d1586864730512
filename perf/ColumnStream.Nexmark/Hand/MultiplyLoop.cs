using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Nexmark.Data;

namespace ColumnStream.Nexmark.Hand;

/// <summary>q1: the price times 0.908 as a 64-bit decimal of scale 3; the other columns are passed by reference.</summary>
internal sealed unsafe class MultiplyLoop : HandLoop
{
    /// <inheritdoc/>
    public override long Run(IReadOnlyList<RecordBatch> batches)
    {
        var target = (long*)NativeMemory.AlignedAlloc(Dataset.BatchRows * sizeof(long), 64);
        long rows = 0;
        foreach (RecordBatch batch in batches)
        {
            Multiply((long*)((FixedWidthArray)batch.Columns[2]).Pointer, target, batch.Length);
            rows += batch.Length;
        }

        NativeMemory.AlignedFree(target);
        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(long* prices, long* euros, int count)
    {
        int i = 0;
        for (; i <= count - Vector512<long>.Count; i += Vector512<long>.Count)
        {
            (Vector512.Load(prices + i) * 908).Store(euros + i);
        }

        for (; i < count; i++)
        {
            euros[i] = prices[i] * 908;
        }
    }
}
