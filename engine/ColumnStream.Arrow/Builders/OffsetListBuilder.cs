using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds list columns with offsets of type <typeparamref name="T"/>: append items to <see cref="Items"/>, then
/// <see cref="AppendList"/> closes the row.
/// </summary>
public abstract unsafe class OffsetListBuilder<T> : ColumnBuilder
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;

    private protected OffsetListBuilder(DataType type, BufferAllocator allocator, int capacityRows)
        : base(type, allocator)
    {
        _initialCapacity = Math.Max(1, capacityRows);
        Items = Create(type.Children[0].Type, allocator, capacityRows);
    }

    /// <summary>Gets the builder of the child.</summary>
    public ColumnBuilder Items { get; }

    private T* Offsets => (T*)_offsets!.Pointer;

    /// <summary>Closes a row that holds all items appended since the last one.</summary>
    public void AppendList()
    {
        Reserve();
        AppendValidity(valid: true);
        Offsets[++Length] = T.CreateTruncating(Items.Length);
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve();
        Items.Truncate(int.CreateTruncating(Offsets[Length]));
        AppendValidity(valid: false);
        Offsets[Length + 1] = Offsets[Length];
        Length++;
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        Reserve();
        Items.Truncate(int.CreateTruncating(Offsets[length]));
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Reserve();
        Items.Truncate(int.CreateTruncating(Offsets[Length]));
        _offsets!.Length = (Length + 1L) * sizeof(T);
        ArrayData array = Make(_offsets, Items.Finish(), FinishValidity());
        _offsets = null;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _offsets?.Release();
        _offsets = null;
        Items.Dispose();
        base.Dispose();
    }

    /// <summary>Makes the array of the rows so far, which takes over the buffers and the child.</summary>
    private protected abstract ArrayData Make(NativeBuffer offsets, ArrayData items, NativeBuffer? validity);

    private void Reserve()
    {
        if (_offsets is null)
        {
            _offsets = Allocator.Allocate((_initialCapacity + 1L) * sizeof(T));
            Offsets[0] = T.Zero;
        }

        _offsets = Grow(_offsets, (Length + 1L) * sizeof(T), (Length + 2L) * sizeof(T));
    }
}
