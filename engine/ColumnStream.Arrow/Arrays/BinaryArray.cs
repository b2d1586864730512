using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds text or bytes as 32-bit offsets into one data buffer: the layout of files and clients.</summary>
public sealed unsafe class BinaryArray : OffsetBinaryArray<int>
{
    /// <summary>
    /// Takes over the buffers; <paramref name="offsets"/> holds length + 1 entries from its first byte.
    /// </summary>
    public BinaryArray(
        DataType type, int length, NativeBuffer offsets, NativeBuffer data, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            offsets,
            (int*)offsets.Pointer,
            data,
            data.Pointer,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>Takes over the buffers; offsets, data and bits begin at the given addresses inside them.</summary>
    public BinaryArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        int* offsetsPointer,
        NativeBuffer data,
        byte* dataPointer,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, offsets, offsetsPointer, data, dataPointer, validity, validityBits, nullCount)
    {
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) => new BinaryArray(
        Type, length, OffsetsBuffer.Retain(), Offsets + offset, DataBuffer.Retain(), Data, validity, validityBits);
}
