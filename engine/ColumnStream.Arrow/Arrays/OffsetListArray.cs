using System;
using System.Numerics;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds lists as offsets of type <typeparamref name="T"/> into one child array.</summary>
public abstract unsafe class OffsetListArray<T> : ArrayData
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly ArrayData _items;

    private protected OffsetListArray(
        DataType type,
        int length,
        NativeBuffer offsets,
        T* offsetsPointer,
        ArrayData items,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount)
        : base(type, length, validity, validityBits, nullCount)
    {
        OffsetsBuffer = offsets;
        Offsets = offsetsPointer;
        _items = items;
    }

    /// <summary>Gets the length + 1 offsets into <see cref="Items"/>; the first need not be 0.</summary>
    public T* Offsets { get; }

    /// <summary>Gets the child that holds all items.</summary>
    public ArrayData Items => _items;

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer OffsetsBuffer { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _items);

    private protected override long PinnedValueBytes => OffsetsBuffer.Capacity + Items.PinnedBytes;

    private protected override void ReleaseValues()
    {
        OffsetsBuffer.Release();
        Items.Release();
    }
}
