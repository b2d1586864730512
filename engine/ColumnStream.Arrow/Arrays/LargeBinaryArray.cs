using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds text or bytes as 64-bit offsets into one data buffer.</summary>
public sealed unsafe class LargeBinaryArray : ArrayData
{
    private readonly NativeBuffer _offsets;
    private readonly NativeBuffer _data;

    /// <summary>
    /// Takes over the buffers; <paramref name="offsets"/> holds length + 1 entries from its first byte.
    /// </summary>
    public LargeBinaryArray(
        DataType type, int length, NativeBuffer offsets, NativeBuffer data, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            offsets,
            (long*)offsets.Pointer,
            data,
            data.Pointer,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>Takes over the buffers; offsets, data and bits begin at the given addresses inside them.</summary>
    public LargeBinaryArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        long* offsetsPointer,
        NativeBuffer data,
        byte* dataPointer,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _offsets = offsets;
        _data = data;
        Offsets = offsetsPointer;
        Data = dataPointer;
    }

    /// <summary>Gets the length + 1 offsets; the first need not be 0.</summary>
    public long* Offsets { get; }

    /// <summary>Gets the address that offset 0 means.</summary>
    public byte* Data { get; }

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer OffsetsBuffer => _offsets;

    /// <summary>Gets the buffer that keeps <see cref="Data"/> alive.</summary>
    public NativeBuffer DataBuffer => _data;

    private protected override long PinnedValueBytes => _offsets.Capacity + _data.Capacity;

    /// <summary>Gets the bytes of row <paramref name="index"/>; a value has at most 2 GiB.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) =>
        new(Data + Offsets[index], checked((int)(Offsets[index + 1] - Offsets[index])));

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new LargeBinaryArray(
            Type, length, _offsets.Retain(), Offsets + offset, _data.Retain(), Data, validity, validityBits);

    private protected override void ReleaseValues()
    {
        _offsets.Release();
        _data.Release();
    }
}
