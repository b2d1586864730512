using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the least or greatest value of a fixed-width type and how many rows there were.</summary>
/// <param name="result">Type of argument and result.</param>
internal sealed unsafe class ExtremeAccumulator<T, TOrder>(DataType result) : Accumulator
    where T : unmanaged
    where TOrder : struct, IOrder<T>
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells =>
    [
        typeof(T) == typeof(long) ? CellType.Int64 : typeof(T) == typeof(double) ? CellType.Float64 : CellType.Int128,
        CellType.Int64,
    ];

    /// <inheritdoc/>
    public override bool CanRetract => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[BlockRows];
        T* values = typeof(T) == typeof(Int128)
            ? (T*)ArgumentWords.ReadWide(argument!, start, count, null)
            : (T*)ArgumentWords.Read(argument!, start, count, scratch);
        int offset = Offset;
        if (signs is null)
        {
            for (int i = 0; i < count; i++)
            {
                Add((T*)(rows[i] + offset), values[i]);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            if (signs[i] > 0)
            {
                Add((T*)(rows[i] + offset), values[i]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            var source = (T*)(sources[i] + Offset);
            long rows = *(long*)(source + 1);
            if (rows > 0)
            {
                var target = (T*)(targets[i] + Offset);
                Add(target, *source);
                *(long*)(target + 1) += rows - 1;
            }
        }
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer? validity = ValidWhereCounted(rows, count, Offset + sizeof(T), allocator);
        if (result.Id == TypeId.Bool)
        {
            NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
            bits.Length = (count + 7) >> 3;
            for (int i = 0; i < count; i++)
            {
                bits.Pointer[i >> 3] |= (byte)((rows[i][Offset] & 1) << (i & 7));
            }

            return new BooleanArray(count, bits, validity);
        }

        if (result.Id == TypeId.Null)
        {
            validity?.Release();
            return new NullArray(count);
        }

        NativeBuffer values = allocator.Allocate((long)count * result.ByteWidth);
        for (int i = 0; i < count; i++)
        {
            byte* cell = rows[i] + Offset;
            if (typeof(T) == typeof(Int128))
            {
                ((Int128*)values.Pointer)[i] = *(Int128*)cell;
            }
            else if (result.Id == TypeId.Float32)
            {
                ((float*)values.Pointer)[i] = (float)*(double*)cell;
            }
            else
            {
                Narrow(*(long*)cell, values.Pointer, i, result.ByteWidth);
            }
        }

        return new FixedWidthArray(result, count, values, validity);
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        var a = (T*)(left + Offset);
        var b = (T*)(right + Offset);
        bool isNull = *(long*)(a + 1) <= 0;
        return isNull == *(long*)(b + 1) <= 0 && (isNull || EqualityComparer<T>.Default.Equals(*a, *b));
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap) => Add((T*)(row + Offset), *(T*)value);

    /// <inheritdoc/>
    public override bool Holds(byte* row, byte* value) =>
        EqualityComparer<T>.Default.Equals(*(T*)(row + Offset), *(T*)value);

    /// <inheritdoc/>
    public override long* CountCell(byte* row) => (long*)(row + Offset + sizeof(T));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* cell, T value)
    {
        long* count = (long*)(cell + 1);
        if (*count == 0 || TOrder.Replaces(value, *cell))
        {
            *cell = value;
        }

        (*count)++;
    }
}
