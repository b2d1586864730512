using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Nexmark.Data;

namespace ColumnStream.Nexmark.Hand;

/// <summary>q0: copies the five columns of every batch; text as its views.</summary>
internal sealed unsafe class CopyLoop : HandLoop
{
    // Auction, bidder, price, dateTime, extra.
    private static readonly int[] s_columns = [0, 1, 2, 4, 6];

    /// <inheritdoc/>
    public override long Run(IReadOnlyList<RecordBatch> batches)
    {
        var target = (byte*)NativeMemory.AlignedAlloc(Dataset.BatchRows * 48, 64);
        long rows = 0;
        foreach (RecordBatch batch in batches)
        {
            byte* at = target;
            foreach (int index in s_columns)
            {
                ArrayData column = batch.Columns[index];
                byte* source = column is ViewArray views ? (byte*)views.Pointer : ((FixedWidthArray)column).Pointer;
                long bytes = (long)batch.Length * (column is ViewArray ? 16 : 8);
                NativeMemory.Copy(source, at, (nuint)bytes);
                at += bytes;
            }

            rows += batch.Length;
        }

        NativeMemory.AlignedFree(target);
        return rows;
    }
}
