using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds lists of an offset and a size a row: append to <see cref="Items"/>, then <see cref="AppendList()"/>, or name a
/// range of items that stand there already.
/// </summary>
public sealed unsafe class ListViewBuilder : ColumnBuilder
{
    private readonly FixedWidthBuilder _offsets;
    private readonly FixedWidthBuilder _sizes;
    private readonly bool _isLarge;
    private int _closed;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public ListViewBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _isLarge = type.Id == TypeId.LargeListView;
        _offsets = new FixedWidthBuilder(_isLarge ? DataType.Int64 : DataType.Int32, allocator, capacityRows);
        _sizes = new FixedWidthBuilder(_isLarge ? DataType.Int64 : DataType.Int32, allocator, capacityRows);
        Items = Create(type.Children[0].Type, allocator, capacityRows);
    }

    /// <summary>Gets the builder of the child.</summary>
    public ColumnBuilder Items { get; }

    /// <summary>Closes a row that holds all items appended since the last one.</summary>
    public void AppendList() => AppendList(_closed, Items.Length - _closed);

    /// <summary>Closes a row that holds <paramref name="size"/> items from <paramref name="offset"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the items.</exception>
    public void AppendList(int offset, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Items.Length - offset);
        AppendRange(offset, size);
        AppendValidity(valid: true);
        Length++;
        _closed = Items.Length;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        AppendRange(0, 0);
        AppendValidity(valid: false);
        Length++;
    }

    /// <inheritdoc/>
    /// <remarks>Items stay: other rows may name them.</remarks>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        _offsets.Truncate(length);
        _sizes.Truncate(length);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        var offsets = (FixedWidthArray)_offsets.Finish();
        var sizes = (FixedWidthArray)_sizes.Finish();
        NativeBuffer offsetsBuffer = offsets.ValuesBuffer.Retain();
        NativeBuffer sizesBuffer = sizes.ValuesBuffer.Retain();
        offsets.Release();
        sizes.Release();
        var array = new ListViewArray(Type, Length, offsetsBuffer, sizesBuffer, Items.Finish(), FinishValidity());
        Length = 0;
        _closed = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _offsets.Dispose();
        _sizes.Dispose();
        Items.Dispose();
        _closed = 0;
        base.Dispose();
    }

    private void AppendRange(int offset, int size)
    {
        if (_isLarge)
        {
            _offsets.Append((long)offset);
            _sizes.Append((long)size);
        }
        else
        {
            _offsets.Append(offset);
            _sizes.Append(size);
        }
    }
}
