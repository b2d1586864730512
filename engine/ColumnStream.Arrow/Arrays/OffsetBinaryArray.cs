using System;
using System.Numerics;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds text or bytes as offsets of type <typeparamref name="T"/> into one data buffer.</summary>
public abstract unsafe class OffsetBinaryArray<T> : ArrayData
    where T : unmanaged, IBinaryInteger<T>
{
    private protected OffsetBinaryArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        T* offsetsPointer,
        NativeBuffer data,
        byte* dataPointer,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount)
        : base(type, length, validity, validityBits, nullCount)
    {
        OffsetsBuffer = offsets;
        DataBuffer = data;
        Offsets = offsetsPointer;
        Data = dataPointer;
    }

    /// <summary>Gets the length + 1 offsets; the first need not be 0.</summary>
    public T* Offsets { get; }

    /// <summary>Gets the address that offset 0 means.</summary>
    public byte* Data { get; }

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer OffsetsBuffer { get; }

    /// <summary>Gets the buffer that keeps <see cref="Data"/> alive.</summary>
    public NativeBuffer DataBuffer { get; }

    private protected override long PinnedValueBytes => OffsetsBuffer.Capacity + DataBuffer.Capacity;

    /// <summary>Gets the bytes of row <paramref name="index"/>, at most 2 GiB; empty under null by our writers.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => new(
        Data + long.CreateTruncating(Offsets[index]), int.CreateChecked(Offsets[index + 1] - Offsets[index]));

    private protected override void ReleaseValues()
    {
        OffsetsBuffer.Release();
        DataBuffer.Release();
    }
}
