using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds one bit a row.</summary>
public sealed unsafe class BooleanArray : ArrayData
{
    private readonly NativeBuffer _values;

    /// <summary>Takes over the buffers; bits begin at the buffers' first bytes.</summary>
    public BooleanArray(int length, NativeBuffer values, NativeBuffer? validity, int nullCount = -1)
        : this(length, values, values.Pointer, validity, validity is null ? null : validity.Pointer, nullCount)
    {
    }

    /// <summary>Takes over the buffers; bits begin at the given addresses inside them.</summary>
    public BooleanArray(
        int length, NativeBuffer values, byte* bits, NativeBuffer? validity, byte* validityBits, int nullCount = -1)
        : base(DataType.Bool, length, validity, validityBits, nullCount)
    {
        _values = values;
        Bits = bits;
    }

    /// <summary>Gets the value bits; bit 0 is row 0.</summary>
    public byte* Bits { get; }

    /// <summary>Gets the buffer that keeps <see cref="Bits"/> alive.</summary>
    public NativeBuffer ValuesBuffer => _values;

    private protected override long PinnedValueBytes => _values.Capacity;

    /// <summary>Reads row <paramref name="index"/>.</summary>
    public bool GetValue(int index) => Bitmap.Get(Bits, index);

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        NativeBuffer buffer = SliceBits(_values, Bits, offset, length, allocator, out byte* bits);
        return new BooleanArray(length, buffer, bits, validity, validityBits);
    }

    private protected override void ReleaseValues() => _values.Release();
}
