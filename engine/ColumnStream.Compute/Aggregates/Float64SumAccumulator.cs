using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Adds FLOAT or DOUBLE in binary64 and counts them; FLOAT results are rounded once, at emission.</summary>
/// <param name="result">Type of the result.</param>
/// <param name="isAverage">Whether it is AVG.</param>
internal sealed unsafe class Float64SumAccumulator(DataType result, bool isAverage) : Accumulator
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Float64, CellType.Int64];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[BlockRows];
        var values = (double*)ArgumentWords.Read(argument!, start, count, scratch);
        int offset = Offset;
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            byte* cells = rows[i] + offset;

            // What stands under null may be NaN, so that a product with 0 would not do.
            *(double*)cells += sign == 0 ? 0.0 : values[i] * sign;
            *(long*)(cells + 8) += sign;
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            *(double*)(targets[i] + Offset) += *(double*)(sources[i] + Offset);
            *(long*)(targets[i] + Offset + 8) += *(long*)(sources[i] + Offset + 8);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        *(double*)(row + Offset) += *(double*)value;
        (*(long*)(row + Offset + 8))++;
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate((long)count * result.ByteWidth);
        for (int i = 0; i < count; i++)
        {
            if (result.Id == TypeId.Float32)
            {
                ((float*)values.Pointer)[i] = (float)Value(rows[i]);
            }
            else
            {
                ((double*)values.Pointer)[i] = Value(rows[i]);
            }
        }

        return new FixedWidthArray(result, count, values, ValidWhereCounted(rows, count, Offset + 8, allocator));
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right) =>
        *(long*)(left + Offset + 8) > 0 == *(long*)(right + Offset + 8) > 0 && Value(left).Equals(Value(right));

    private double Value(byte* row)
    {
        double sum = *(double*)(row + Offset);
        long count = *(long*)(row + Offset + 8);
        return !isAverage ? sum : count <= 0 ? 0 : sum / count;
    }
}
