using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds lists as 32-bit offsets into one child array.</summary>
public sealed unsafe class ListArray : ArrayData
{
    private readonly NativeBuffer _offsets;
    private readonly ArrayData _items;

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
        : base(type, length, validity, validityBits, nullCount)
    {
        _offsets = offsets;
        Offsets = offsetsPointer;
        _items = items;
    }

    /// <summary>Gets the length + 1 offsets into <see cref="Items"/>; the first need not be 0.</summary>
    public int* Offsets { get; }

    /// <summary>Gets the child that holds all items.</summary>
    public ArrayData Items => _items;

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer OffsetsBuffer => _offsets;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _items);

    private protected override long PinnedValueBytes => _offsets.Capacity + Items.PinnedBytes;

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new ListArray(Type, length, _offsets.Retain(), Offsets + offset, Items.Retain(), validity, validityBits);

    private protected override void ReleaseValues()
    {
        _offsets.Release();
        Items.Release();
    }
}
