using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds lists as an offset and a size a row, of 32 or 64 bits each; rows may share items and stand in any order.</summary>
/// <remarks>Offset and size of a null row are inside the items too.</remarks>
public sealed unsafe class ListViewArray : ArrayData
{
    private readonly NativeBuffer _offsets;
    private readonly NativeBuffer _sizes;
    private readonly ArrayData _items;
    private readonly int _width;

    /// <summary>Takes over buffers and child; offsets and sizes begin at the buffers' first bytes.</summary>
    public ListViewArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        NativeBuffer sizes,
        ArrayData items,
        NativeBuffer? validity,
        int nullCount = -1)
        : this(
            type,
            length,
            offsets,
            offsets.Pointer,
            sizes,
            sizes.Pointer,
            items,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>Takes over buffers and child; offsets, sizes and bits begin at the given addresses.</summary>
    public ListViewArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        byte* offsetsPointer,
        NativeBuffer sizes,
        byte* sizesPointer,
        ArrayData items,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _offsets = offsets;
        _sizes = sizes;
        _items = items;
        _width = type.Id == TypeId.LargeListView ? 8 : 4;
        OffsetsPointer = offsetsPointer;
        SizesPointer = sizesPointer;
    }

    /// <summary>Gets the bytes of an offset, and of a size: 4 or 8.</summary>
    public int OffsetWidth => _width;

    /// <summary>Gets the address of row 0's offset.</summary>
    public byte* OffsetsPointer { get; }

    /// <summary>Gets the address of row 0's size.</summary>
    public byte* SizesPointer { get; }

    /// <summary>Gets the buffer that keeps <see cref="OffsetsPointer"/> alive.</summary>
    public NativeBuffer OffsetsBuffer => _offsets;

    /// <summary>Gets the buffer that keeps <see cref="SizesPointer"/> alive.</summary>
    public NativeBuffer SizesBuffer => _sizes;

    /// <summary>Gets the child that holds all items.</summary>
    public ArrayData Items => _items;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _items);

    private protected override long PinnedValueBytes => _offsets.Capacity + _sizes.Capacity + _items.PinnedBytes;

    /// <summary>Gets the first item of row <paramref name="index"/>.</summary>
    public int GetOffset(int index) =>
        _width == 4 ? ((int*)OffsetsPointer)[index] : (int)((long*)OffsetsPointer)[index];

    /// <summary>Gets the number of items of row <paramref name="index"/>.</summary>
    public int GetSize(int index) => _width == 4 ? ((int*)SizesPointer)[index] : (int)((long*)SizesPointer)[index];

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new ListViewArray(
            Type,
            length,
            _offsets.Retain(),
            OffsetsPointer + ((long)offset * _width),
            _sizes.Retain(),
            SizesPointer + ((long)offset * _width),
            _items.Retain(),
            validity,
            validityBits);

    private protected override void ReleaseValues()
    {
        _offsets.Release();
        _sizes.Release();
        _items.Release();
    }
}
