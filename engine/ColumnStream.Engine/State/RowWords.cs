using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Engine.State;

/// <summary>Writes parts of state rows' keys: what goes along with a row that is found by less.</summary>
internal static unsafe class RowWords
{
    /// <summary>Writes key words [start, end) of a touched row, long text included, and all null bits.</summary>
    /// <param name="table">The row's table.</param>
    /// <param name="row">The row.</param>
    /// <param name="words">All key words.</param>
    /// <param name="nulls">The null bits.</param>
    /// <param name="start">First word.</param>
    /// <param name="end">Word behind the last.</param>
    /// <param name="isNew">Whether nothing stood there before; else long text is given back.</param>
    public static void Store(
        StateTable table, byte* row, ulong* words, ushort* nulls, int start, int end, bool isNew)
    {
        var target = (ulong*)(row + StateLayout.HeaderBytes);
        for (int i = 0; i < table.Layout.NullWords; i++)
        {
            target[i] = words[i];
        }

        *(ushort*)(row + 6) = *nulls;
        if (start == end)
        {
            return;
        }

        ulong range = end >= 64 ? ulong.MaxValue : (1UL << end) - 1;
        ulong longs = table.Layout.LongKeyWords & range & ~((1UL << start) - 1);
        for (ulong left = isNew ? 0 : longs; left != 0; left &= left - 1)
        {
            table.Heap.Free((StringView*)(target + BitOperations.TrailingZeroCount(left) - 1));
        }

        Unsafe.CopyBlockUnaligned(target + start, words + start, (uint)(end - start) * sizeof(ulong));
        for (ulong left = longs; left != 0; left &= left - 1)
        {
            table.Heap.Store((StringView*)(target + BitOperations.TrailingZeroCount(left) - 1));
        }
    }
}
