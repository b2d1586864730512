using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Nexmark.Data;

namespace ColumnStream.Nexmark.Hand;

/// <summary>q2: auctions that 123 divides, found by its inverse modulo 2^64; auction and price are gathered.</summary>
internal sealed unsafe class ModuloLoop : HandLoop
{
    /// <inheritdoc/>
    public override long Run(IReadOnlyList<RecordBatch> batches)
    {
        var target = (long*)NativeMemory.AlignedAlloc(2 * Dataset.BatchRows * sizeof(long), 64);
        long rows = 0;
        foreach (RecordBatch batch in batches)
        {
            rows += Select(
                (long*)((FixedWidthArray)batch.Columns[0]).Pointer,
                (long*)((FixedWidthArray)batch.Columns[2]).Pointer,
                target,
                target + Dataset.BatchRows,
                batch.Length);
        }

        NativeMemory.AlignedFree(target);
        return rows;
    }

    /// <remarks>Ids are positive: n is a multiple of 123 exactly if n * inverse, modulo 2^64, is at most 2^64 / 123.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Select(long* auctions, long* prices, long* keptAuctions, long* keptPrices, int count)
    {
        Vector512<ulong> inverse = Vector512.Create(Inverse(123));
        Vector512<ulong> most = Vector512.Create(ulong.MaxValue / 123);
        int kept = 0;
        int i = 0;
        for (; i <= count - Vector512<long>.Count; i += Vector512<long>.Count)
        {
            Vector512<ulong> product = Vector512.Load((ulong*)auctions + i) * inverse;
            ulong hits = Vector512.LessThanOrEqual(product, most).ExtractMostSignificantBits();
            for (; hits != 0; hits &= hits - 1)
            {
                int row = i + BitOperations.TrailingZeroCount(hits);
                keptAuctions[kept] = auctions[row];
                keptPrices[kept++] = prices[row];
            }
        }

        for (; i < count; i++)
        {
            if (auctions[i] % 123 == 0)
            {
                keptAuctions[kept] = auctions[i];
                keptPrices[kept++] = prices[i];
            }
        }

        return kept;
    }

    private static ulong Inverse(ulong odd)
    {
        ulong inverse = odd;
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (odd * inverse);
        }

        return inverse;
    }
}
