using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Counts rows; the signs leave out nulls.</summary>
public sealed unsafe class CountAccumulator : Accumulator
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Int64];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        int offset = Offset;
        if (signs is null)
        {
            for (int i = 0; i < count; i++)
            {
                (*(long*)(rows[i] + offset))++;
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            *(long*)(rows[i] + offset) += signs[i];
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            *(long*)(targets[i] + Offset) += *(long*)(sources[i] + Offset);
        }
    }

    /// <inheritdoc/>
    public override bool CanUnmerge => true;

    /// <inheritdoc/>
    public override void Unmerge(byte** targets, byte** sources, int count)
    {
        for (int i = 0; i < count; i++)
        {
            *(long*)(targets[i] + Offset) -= *(long*)(sources[i] + Offset);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap) => (*(long*)(row + Offset))++;

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate(count * 8L);
        for (int i = 0; i < count; i++)
        {
            ((long*)values.Pointer)[i] = *(long*)(rows[i] + Offset);
        }

        return new FixedWidthArray(DataType.Int64, count, values, null);
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right) => *(long*)(left + Offset) == *(long*)(right + Offset);
}
