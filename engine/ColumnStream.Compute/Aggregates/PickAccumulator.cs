using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the first or last value and nothing else: for FIRST_VALUE and LAST_VALUE where no row is taken back.</summary>
/// <remarks>Cells: the value as keys hold it, and 0 for none, 1 for a value, 2 for NULL.</remarks>
/// <param name="type">Type of argument and result.</param>
/// <param name="takesNulls">Whether NULLs are values.</param>
/// <param name="last">Whether it is LAST_VALUE.</param>
internal sealed unsafe class PickAccumulator(DataType type, bool takesNulls, bool last) : Accumulator
{
    private const long Value = 1;
    private const long Null = 2;
    private readonly int _width = type.IsView || type.Id == TypeId.Decimal128 ? 16 : 8;

    /// <inheritdoc/>
    public override ValueList<CellType> Cells =>
        [type.IsView ? CellType.View : type.Id == TypeId.Decimal128 ? CellType.Int128 : CellType.Int64, CellType.Int64];

    /// <inheritdoc/>
    public override bool TakesNulls => takesNulls;

    /// <inheritdoc/>
    public override bool IsOrdered => true;

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[ArgumentValues.ScratchWords];
        var values = new ArgumentValues(argument!, start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            if (signs is not null && signs[i] == 0)
            {
                continue;
            }

            bool isNull = takesNulls && values.IsNull(i);
            byte* value = values.Get(i, out int length);
            Set(rows[i] + Offset, value, length, isNull ? Null : Value, heap);
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            byte* source = sources[i] + Offset;
            if (*Kind(source) != 0)
            {
                byte* value = ArgumentValues.FromKey(type, source, out int length);
                Set(targets[i] + Offset, value, length, *Kind(source), heap);
            }
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        byte* bytes = ArgumentValues.FromKey(type, value, out int length);
        Set(row + Offset, bytes, length, Value, heap);
    }

    /// <inheritdoc/>
    public override void OfferNull(byte* row, TextHeap heap) => Set(row + Offset, null, 0, Null, heap);

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, allocator, count);
        for (int i = 0; i < count; i++)
        {
            byte* value = ArgumentValues.FromKey(type, rows[i] + Offset, out int length);
            ArgumentValues.Append(builder, new LogEntry(value, length, *Kind(rows[i] + Offset) != Value));
        }

        return builder.Finish();
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        byte* a = ArgumentValues.FromKey(type, left + Offset, out int aLength);
        byte* b = ArgumentValues.FromKey(type, right + Offset, out int bLength);
        bool isNull = *Kind(left + Offset) != Value;
        return new LogEntry(a, aLength, isNull).Same(new LogEntry(b, bLength, *Kind(right + Offset) != Value))
            || (isNull && *Kind(right + Offset) != Value);
    }

    private long* Kind(byte* cells) => (long*)(cells + _width);

    private void Set(byte* cells, byte* value, int length, long kind, TextHeap heap)
    {
        if (*Kind(cells) != 0 && !last)
        {
            return;
        }

        bool isNull = kind == Null;
        if (type.IsView)
        {
            var held = (StringView*)cells;
            heap.Free(held);
            *held = default;
            if (!isNull)
            {
                var bytes = new ReadOnlySpan<byte>(value, length);
                if (length <= StringView.InlineLength)
                {
                    *held = StringView.Inline(bytes);
                }
                else
                {
                    held->Length = length;
                    held->Prefix = *(uint*)value;
                    held->High = (ulong)value;
                    heap.Store(held);
                }
            }
        }
        else
        {
            new Span<byte>(cells, _width).Clear();
            Buffer.MemoryCopy(value, cells, _width, isNull ? 0 : length);
        }

        *Kind(cells) = kind;
    }
}
