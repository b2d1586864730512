using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds list columns with 64-bit offsets: append items to <see cref="Items"/>, then <see cref="AppendList"/> closes the row.
/// </summary>
public sealed unsafe class LargeListBuilder : ColumnBuilder
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public LargeListBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _initialCapacity = Math.Max(1, capacityRows);
        Items = Create(type.Children[0].Type, allocator, capacityRows);
    }

    /// <summary>Gets the builder of the child.</summary>
    public ColumnBuilder Items { get; }

    private long* Offsets => (long*)_offsets!.Pointer;

    /// <summary>Closes a row that holds all items appended since the last one.</summary>
    public void AppendList()
    {
        Reserve();
        AppendValidity(valid: true);
        Offsets[++Length] = Items.Length;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve();
        Items.Truncate((int)Offsets[Length]);
        AppendValidity(valid: false);
        Offsets[Length + 1] = Offsets[Length];
        Length++;
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        Reserve();
        Items.Truncate((int)Offsets[length]);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Reserve();
        Items.Truncate((int)Offsets[Length]);
        _offsets!.Length = (Length + 1) * 8L;
        var array = new LargeListArray(Type, Length, _offsets, Items.Finish(), FinishValidity());
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

    private void Reserve()
    {
        if (_offsets is null)
        {
            _offsets = Allocator.Allocate((_initialCapacity + 1) * 8L);
            Offsets[0] = 0;
        }

        _offsets = Grow(_offsets, (Length + 1) * 8L, (Length + 2) * 8L);
    }
}
