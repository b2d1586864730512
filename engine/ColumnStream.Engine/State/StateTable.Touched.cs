using System;
using System.Runtime.CompilerServices;

namespace ColumnStream.Engine.State;

/// <content>Lists the rows that a batch touched, with what they were before.</content>
internal sealed unsafe partial class StateTable
{
    /// <summary>Gets the number of rows touched in this batch.</summary>
    public int TouchedCount => _touchedRows.Count;

    /// <summary>Gets the rows touched in this batch, in order of first touch.</summary>
    public byte** TouchedRows => (byte**)_touchedRows.Pointer;

    /// <summary>Gets the slots of <see cref="TouchedRows"/>.</summary>
    public uint* TouchedSlots => _touchedSlots.Pointer;

    /// <summary>Gets the key hashes of <see cref="TouchedRows"/>.</summary>
    public ulong* TouchedHashes => _touchedHashes.Pointer;

    /// <summary>Returns the image that touched row <paramref name="index"/> had before; the dead flag says it was not there.</summary>
    public byte* TouchedImage(int index) => _touchedImages.Pointer + ((long)index * Layout.Stride);

    /// <summary>Begins a batch whose touched rows and their old images are listed.</summary>
    public void BeginBatch()
    {
        _tracksTouched = true;
        _touchedRows.Count = 0;
        _touchedSlots.Count = 0;
        _touchedHashes.Count = 0;
        _touchedImages.Count = 0;
        BeginUnlisted();
    }

    /// <summary>Begins a batch without a list of touched rows.</summary>
    public void BeginUnlisted()
    {
        if (!_rows.IsGathering)
        {
            Heap.Reclaim();
        }

        _rows.BeginBatch();
        Refresh();
    }

    /// <summary>Notes that rows of a block are about to change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Touch(byte** rows, uint* slots, ulong* hashes, int count)
    {
        uint current = _rows.Sequence;
        for (int i = 0; i < count; i++)
        {
            if (*(uint*)rows[i] != current)
            {
                if (_tracksTouched)
                {
                    List(rows[i], slots[i], hashes[i]);
                }

                _rows.Touch(rows[i], slots[i]);
            }
        }
    }

    /// <summary>Adds a row to the batch's list with its image, or with the image of nothing.</summary>
    private void List(byte* row, uint slot, ulong hash)
    {
        _touchedRows.Add((nint)row);
        _touchedSlots.Add(slot);
        _touchedHashes.Add(hash);
        int stride = Layout.Stride;
        byte* image = _touchedImages.Reserve(_touchedImages.Count + stride) + _touchedImages.Count;
        _touchedImages.Count += stride;
        if (row is null)
        {
            new Span<byte>(image, stride).Clear();
            image[4] = RowStore.Dead;
        }
        else
        {
            Unsafe.CopyBlockUnaligned(image, row, (uint)stride);
        }
    }
}
