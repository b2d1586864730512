using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>
/// Holds values of one byte width side by side: integers, floats, decimals, temporals, fixed-size binary.
/// </summary>
public sealed unsafe class FixedWidthArray : ArrayData
{
    private readonly NativeBuffer _values;

    /// <summary>Takes over the buffers; values begin at the buffer's first byte.</summary>
    public FixedWidthArray(DataType type, int length, NativeBuffer values, NativeBuffer? validity, int nullCount = -1)
        : this(type, length, values, values.Pointer, validity, validity is null ? null : validity.Pointer, nullCount)
    {
    }

    /// <summary>Takes over the buffers; values and bits begin at the given addresses inside them.</summary>
    public FixedWidthArray(
        DataType type,
        int length,
        NativeBuffer values,
        byte* pointer,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _values = values;
        Pointer = pointer;
    }

    /// <summary>Gets the address of row 0.</summary>
    public byte* Pointer { get; }

    /// <summary>Gets the buffer that keeps <see cref="Pointer"/> alive.</summary>
    public NativeBuffer ValuesBuffer => _values;

    /// <summary>Gets the bytes of one value.</summary>
    public int ByteWidth => Type.ByteWidth;

    private protected override long PinnedValueBytes => _values.Capacity;

    /// <summary>Views the values as <typeparamref name="T"/>, whose size must be the byte width.</summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (sizeof(T) != Type.ByteWidth)
        {
            throw new InvalidOperationException($"Value size differs from the column's: {sizeof(T)}, {Type}.");
        }

        return new ReadOnlySpan<T>(Pointer, Length);
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new FixedWidthArray(
            Type, length, _values.Retain(), Pointer + ((long)offset * Type.ByteWidth), validity, validityBits);

    private protected override void ReleaseValues() => _values.Release();
}
