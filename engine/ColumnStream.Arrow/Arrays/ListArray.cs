using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds lists as 32-bit offsets into one child array.</summary>
public sealed unsafe class ListArray : OffsetListArray<int>
{
    /// <summary>Takes over buffers and child; offsets hold length + 1 entries from the buffer's first byte.</summary>
    public ListArray(
        DataType type, int length, NativeBuffer offsets, ArrayData items, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            offsets,
            (int*)offsets.Pointer,
            items,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>
    /// Takes over buffers and child; offsets and bits begin at the given addresses inside their buffers.
    /// </summary>
    public ListArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        int* offsetsPointer,
        ArrayData items,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, offsets, offsetsPointer, items, validity, validityBits, nullCount)
    {
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new ListArray(Type, length, OffsetsBuffer.Retain(), Offsets + offset, Items.Retain(), validity, validityBits);
}
