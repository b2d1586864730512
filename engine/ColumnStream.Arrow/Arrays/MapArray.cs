using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds maps as 32-bit offsets into one child of entries.</summary>
public sealed unsafe class MapArray : ArrayData
{
    private readonly NativeBuffer _offsets;
    private readonly ArrayData _entries;

    /// <summary>Takes over buffers and child; offsets hold length + 1 entries from the buffer's first byte.</summary>
    public MapArray(
        DataType type, int length, NativeBuffer offsets, StructArray entries, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            offsets,
            (int*)offsets.Pointer,
            entries,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>
    /// Takes over buffers and child; offsets and bits begin at the given addresses inside their buffers.
    /// </summary>
    public MapArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        int* offsetsPointer,
        StructArray entries,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _offsets = offsets;
        Offsets = offsetsPointer;
        _entries = entries;
    }

    /// <summary>Gets the length + 1 offsets into <see cref="Entries"/>; the first need not be 0.</summary>
    public int* Offsets { get; }

    /// <summary>Gets the child that holds all entries; none of them is null.</summary>
    public StructArray Entries => (StructArray)_entries;

    /// <summary>Gets the keys of all entries.</summary>
    public ArrayData Keys => Entries.Fields[0];

    /// <summary>Gets the values of all entries.</summary>
    public ArrayData Values => Entries.Fields[1];

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer OffsetsBuffer => _offsets;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _entries);

    private protected override long PinnedValueBytes => _offsets.Capacity + Entries.PinnedBytes;

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new MapArray(
            Type, length, _offsets.Retain(), Offsets + offset, (StructArray)Entries.Retain(), validity, validityBits);

    private protected override void ReleaseValues()
    {
        _offsets.Release();
        Entries.Release();
    }
}
