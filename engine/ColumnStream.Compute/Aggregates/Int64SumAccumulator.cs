using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Adds integers in 64 bits, wrapping, and counts them: SUM narrows the sum, AVG divides and truncates.</summary>
/// <param name="result">Integer type of the result.</param>
/// <param name="isAverage">Whether it is AVG.</param>
internal sealed unsafe class Int64SumAccumulator(DataType result, bool isAverage) : Accumulator
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Int64, CellType.Int64];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[BlockRows];
        var values = (long*)ArgumentWords.Read(argument!, start, count, scratch);
        int offset = Offset;
        if (signs is null)
        {
            for (int i = 0; i < count; i++)
            {
                var cells = (long*)(rows[i] + offset);
                cells[0] += values[i];
                cells[1]++;
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            var cells = (long*)(rows[i] + offset);
            cells[0] += values[i] * signs[i];
            cells[1] += signs[i];
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            var target = (long*)(targets[i] + Offset);
            var source = (long*)(sources[i] + Offset);
            target[0] += source[0];
            target[1] += source[1];
        }
    }

    /// <inheritdoc/>
    public override bool CanUnmerge => true;

    /// <inheritdoc/>
    public override void Unmerge(byte** targets, byte** sources, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var target = (long*)(targets[i] + Offset);
            var source = (long*)(sources[i] + Offset);
            target[0] -= source[0];
            target[1] -= source[1];
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        var cells = (long*)(row + Offset);
        cells[0] += *(long*)value;
        cells[1]++;
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        int width = result.ByteWidth;
        NativeBuffer values = allocator.Allocate((long)count * width);
        for (int i = 0; i < count; i++)
        {
            Narrow(Value(rows[i]), values.Pointer, i, width);
        }

        return new FixedWidthArray(
            result, count, values, ValidWhereCounted(rows, count, Offset + 8, allocator));
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right) =>
        *(long*)(left + Offset + 8) > 0 == *(long*)(right + Offset + 8) > 0 && Value(left) == Value(right);

    private long Value(byte* row)
    {
        var cells = (long*)(row + Offset);
        return !isAverage ? cells[0] : cells[1] <= 0 ? 0 : cells[0] / cells[1];
    }
}
