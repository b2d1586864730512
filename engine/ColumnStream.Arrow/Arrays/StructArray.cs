using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds records as one child array a field, all of this array's length.</summary>
public sealed unsafe class StructArray : ArrayData
{
    /// <summary>Takes over buffers and children; bits begin at the validity buffer's first byte.</summary>
    public StructArray(DataType type, int length, ArrayData[] fields, NativeBuffer? validity, int nullCount = -1)
        : this(type, length, fields, validity, validity is null ? null : validity.Pointer, nullCount)
    {
    }

    /// <summary>Takes over buffers and children; bits begin at the given address inside the validity buffer.</summary>
    public StructArray(
        DataType type, int length, ArrayData[] fields, NativeBuffer? validity, byte* validityBits, int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount) => Fields = fields;

    /// <summary>Gets the children; read-only. A child's value under a null record means nothing.</summary>
    public ArrayData[] Fields { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => Fields;

    private protected override long PinnedValueBytes
    {
        get
        {
            long bytes = 0;
            foreach (ArrayData child in Fields)
            {
                bytes += child.PinnedBytes;
            }

            return bytes;
        }
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        ArrayData[] fields = SliceAll(Fields, offset, length, allocator);
        return new StructArray(Type, length, fields, validity, validityBits);
    }

    private protected override void ReleaseValues()
    {
        foreach (ArrayData field in Fields)
        {
            field.Release();
        }
    }
}
