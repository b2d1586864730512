using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Accumulates, retracts, merges and emits one aggregate over the cells that it owns in rows of keyed state.</summary>
/// <remarks>
/// All-zero cells are the aggregate of no rows. Input rows come in blocks of at most 256, each with the address of its
/// group's row; groups may repeat. A sign a row says +1 to add, −1 to take back, 0 to skip; none at all means +1 for each.
/// </remarks>
public abstract unsafe class Accumulator
{
    /// <summary>Most rows of a block.</summary>
    public const int BlockRows = 256;

    /// <summary>Gets what the aggregate keeps in a row, in order, side by side.</summary>
    public abstract ValueList<CellType> Cells { get; }

    /// <summary>Gets or sets where the first cell stands in a row.</summary>
    public int Offset { get; set; }

    /// <summary>Gets whether −1 signs are understood; MIN and MAX need the set of values beside them.</summary>
    public virtual bool CanRetract => true;

    /// <summary>Gets whether the order in which rows come decides the result.</summary>
    public virtual bool IsOrdered => false;

    /// <summary>Accumulates rows [start, start + count) of <paramref name="argument"/>.</summary>
    /// <param name="argument">The argument column, or null for COUNT(*).</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows, at most a block.</param>
    /// <param name="rows">The state row of each input row of the block.</param>
    /// <param name="signs">A sign each input row of the block, or null; null arguments have sign 0.</param>
    /// <param name="heap">Bytes of long text.</param>
    public abstract void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap);

    /// <summary>Gets whether rows with a NULL argument have a sign other than 0.</summary>
    public virtual bool TakesNulls => false;

    /// <summary>Accumulates rows of all argument columns; those that have one argument or none see only that one.</summary>
    public virtual void Accumulate(
        ReadOnlySpan<ArrayData> arguments, int start, int count, byte** rows, sbyte* signs, TextHeap heap) =>
        Accumulate(arguments.IsEmpty ? null : arguments[0], start, count, rows, signs, heap);

    /// <summary>Adds what source rows hold to target rows.</summary>
    public abstract void Merge(byte** targets, byte** sources, int count, TextHeap heap);

    /// <summary>Gets whether <see cref="Unmerge"/> exactly undoes <see cref="Merge"/>: sums do, extremes and floats do not.</summary>
    public virtual bool CanUnmerge => false;

    /// <summary>Takes what source rows hold away from target rows that merged them before.</summary>
    public virtual void Unmerge(byte** targets, byte** sources, int count) => throw new NotSupportedException();

    /// <summary>Makes the result column.</summary>
    public abstract ArrayData Emit(byte** rows, int count, BufferAllocator allocator);

    /// <summary>Tells whether two rows have the same result.</summary>
    public abstract bool SameResult(byte* left, byte* right);

    /// <summary>Offers one value, as keys of keyed state hold it, to an extreme; counts it.</summary>
    public virtual void Offer(byte* row, byte* value, TextHeap heap) => throw new NotSupportedException();

    /// <summary>Offers a NULL, where NULLs are taken.</summary>
    public virtual void OfferNull(byte* row, TextHeap heap) => throw new NotSupportedException();

    /// <summary>Tells whether an extreme is now the given value.</summary>
    public virtual bool Holds(byte* row, byte* value) => throw new NotSupportedException();

    /// <summary>Gets the cell that counts an extreme's values.</summary>
    public virtual long* CountCell(byte* row) => throw new NotSupportedException();

    /// <summary>Makes validity bits from counts at <paramref name="offset"/>: null when no row is.</summary>
    private protected static NativeBuffer? ValidWhereCounted(byte** rows, int count, int offset, BufferAllocator allocator)
    {
        int i = 0;
        while (i < count && *(long*)(rows[i] + offset) > 0)
        {
            i++;
        }

        if (i == count)
        {
            return null;
        }

        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (i = 0; i < count; i++)
        {
            bits.Pointer[i >> 3] |= (byte)((*(long*)(rows[i] + offset) > 0 ? 1 : 0) << (i & 7));
        }

        return bits;
    }

    /// <summary>Writes a 64-bit integer at the width of a column, wrapping.</summary>
    private protected static void Narrow(long value, byte* target, int index, int width)
    {
        switch (width)
        {
            case 1:
                target[index] = (byte)value;
                break;
            case 2:
                ((short*)target)[index] = (short)value;
                break;
            case 4:
                ((int*)target)[index] = (int)value;
                break;
            default:
                ((long*)target)[index] = value;
                break;
        }
    }
}
