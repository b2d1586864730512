using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Holds the rows that came with the batch of inserts at hand: stored with partition and order only, until its end.</summary>
/// <remarks>Most rows of a batch are driven out by others of it, and the rest of their columns is never stored.</remarks>
internal sealed unsafe class RankArrivals(RankRows rows, KeyEncoder encoder, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<uint> _slots = new(allocator);
    private readonly NativeList<int> _inputs = new(allocator);

    /// <summary>Begins a batch.</summary>
    public void Begin()
    {
        _slots.Count = 0;
        _inputs.Count = 0;
    }

    /// <summary>Makes a row out of the words of its partition and order.</summary>
    /// <param name="input">The row's place in the batch.</param>
    /// <param name="head">The words.</param>
    /// <param name="nulls">Which of them are NULL.</param>
    /// <param name="sequence">The row's number of arrival.</param>
    /// <param name="slot">Receives the row's slot.</param>
    public byte* Add(int input, ulong* head, ushort nulls, long sequence, out uint slot)
    {
        byte* row = rows.Table.AppendEmpty(out slot);
        StateLayout layout = rows.Layout;
        int words = rows.Columns.Head.KeyWords;
        new Span<ulong>(head, words).CopyTo(new Span<ulong>(row + StateLayout.HeaderBytes + (8 * layout.NullWords), words));
        *(ushort*)(row + layout.NullOffset) = nulls;
        *(long*)(row + rows.Sequence) = sequence;
        *(long*)(row + rows.Count) = 1;
        _slots.Add(slot);
        _inputs.Add(input);
        *(long*)(row + rows.Mark) = _slots.Count;
        return row;
    }

    /// <summary>Deletes a row if it came with this batch; returns whether it did.</summary>
    public bool TryForget(uint slot, byte* row, ulong hash)
    {
        long mark = *(long*)(row + rows.Mark);
        if (mark == 0)
        {
            return false;
        }

        // Not stored yet: its long text still belongs to the batch.
        _slots.Pointer[mark - 1] = 0;
        new Span<byte>(row + StateLayout.HeaderBytes, 8 * rows.Layout.KeyWords).Clear();
        rows.Table.Delete(row, slot, hash);
        return true;
    }

    /// <summary>Stores the columns of the rows that are still there.</summary>
    public void Store(ArrayData[] columns, int length)
    {
        int kept = 0;
        for (int i = 0; i < _slots.Count; i++)
        {
            if (_slots.Pointer[i] != 0)
            {
                _slots.Pointer[kept] = _slots.Pointer[i];
                _inputs.Pointer[kept++] = _inputs.Pointer[i];
            }
        }

        if (kept == 0)
        {
            return;
        }

        bool isAll = kept == length;
        ArrayData[] taken = columns;
        if (!isAll)
        {
            taken = new ArrayData[columns.Length];
            for (int i = 0; i < taken.Length; i++)
            {
                taken[i] = TakeKernel.Take(columns[i], new ReadOnlySpan<int>(_inputs.Pointer, kept), allocator);
            }
        }

        encoder.Encode(taken, kept);
        int stride = rows.Layout.KeyWords;
        for (int i = 0; i < kept; i++)
        {
            byte* row = rows.Table.Rows.Row(_slots.Pointer[i]);
            RowWords.Store(rows.Table, row, encoder.Words + ((long)i * stride), encoder.Nulls + i, 0, stride, isNew: true);
            *(long*)(row + rows.Mark) = 0;
        }

        for (int i = 0; !isAll && i < taken.Length; i++)
        {
            taken[i].Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slots.Dispose();
        _inputs.Dispose();
    }
}
