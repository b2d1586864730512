using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds lists of one length: row i has the items from i times that length on.</summary>
public sealed unsafe class FixedSizeListArray : ArrayData
{
    private readonly ArrayData _items;

    /// <summary>Takes over buffer and child; bits begin at the validity buffer's first byte.</summary>
    public FixedSizeListArray(DataType type, int length, ArrayData items, NativeBuffer? validity, int nullCount = -1)
        : this(type, length, items, validity, validity is null ? null : validity.Pointer, nullCount)
    {
    }

    /// <summary>Takes over buffer and child; bits begin at the given address inside the validity buffer.</summary>
    public FixedSizeListArray(
        DataType type, int length, ArrayData items, NativeBuffer? validity, byte* validityBits, int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount) => _items = items;

    /// <summary>Gets the items of a row.</summary>
    public int ListSize => Type.FixedSize;

    /// <summary>Gets the child that holds all items, those of null rows included.</summary>
    public ArrayData Items => _items;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _items);

    private protected override long PinnedValueBytes => _items.PinnedBytes;

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        ArrayData items = _items.Slice(offset * ListSize, length * ListSize, allocator);
        return new FixedSizeListArray(Type, length, items, validity, validityBits);
    }

    private protected override void ReleaseValues() => _items.Release();
}
