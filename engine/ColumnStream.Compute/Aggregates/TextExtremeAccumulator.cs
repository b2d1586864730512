using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the least or greatest text by its bytes, which is the order of code points.</summary>
/// <param name="result">Type of argument and result.</param>
/// <param name="greatest">Whether it is MAX.</param>
internal sealed unsafe class TextExtremeAccumulator(DataType result, bool greatest) : Accumulator
{
    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.View, CellType.Int64];

    /// <inheritdoc/>
    public override bool CanRetract => false;

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        var column = (ViewArray)argument!;
        for (int i = 0; i < count; i++)
        {
            if (signs is null || signs[i] > 0)
            {
                StringView view = column.Pointer[start + i];
                if (view.Length > StringView.InlineLength)
                {
                    view.High = (ulong)(column.Data[view.BufferIndex].Pointer + view.Offset);
                }

                Add(rows[i] + Offset, view, heap);
            }
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            byte* source = sources[i] + Offset;
            long rows = *(long*)(source + 16);
            if (rows > 0)
            {
                Add(targets[i] + Offset, *(StringView*)source, heap);
                *(long*)(targets[i] + Offset + 16) += rows - 1;
            }
        }
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using var builder = new ViewBuilder(result, allocator, count);
        for (int i = 0; i < count; i++)
        {
            byte* cell = rows[i] + Offset;
            if (*(long*)(cell + 16) > 0)
            {
                builder.Append(Bytes((StringView*)cell));
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Finish();
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        byte* a = left + Offset;
        byte* b = right + Offset;
        bool isNull = *(long*)(a + 16) <= 0;
        return isNull == *(long*)(b + 16) <= 0
            && (isNull || Bytes((StringView*)a).SequenceEqual(Bytes((StringView*)b)));
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap) => Add(row + Offset, *(StringView*)value, heap);

    /// <inheritdoc/>
    public override bool Holds(byte* row, byte* value) =>
        Bytes((StringView*)(row + Offset)).SequenceEqual(Bytes((StringView*)value));

    /// <inheritdoc/>
    public override long* CountCell(byte* row) => (long*)(row + Offset + 16);

    private static ReadOnlySpan<byte> Bytes(StringView* view) => view->Length <= StringView.InlineLength
        ? new ReadOnlySpan<byte>((byte*)view + 4, view->Length)
        : new ReadOnlySpan<byte>((byte*)view->High, view->Length);

    private void Add(byte* cell, StringView value, TextHeap heap)
    {
        var held = (StringView*)cell;
        long* count = (long*)(cell + 16);
        if (*count > 0)
        {
            int order = Bytes(&value).SequenceCompareTo(Bytes(held));
            if (greatest ? order <= 0 : order >= 0)
            {
                (*count)++;
                return;
            }

            heap.Free(held);
        }

        *held = value;
        heap.Store(held);
        (*count)++;
    }
}
