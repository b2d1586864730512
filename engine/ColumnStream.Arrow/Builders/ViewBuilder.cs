using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns of 16-byte views; long values are copied into arena blocks.</summary>
public sealed unsafe class ViewBuilder : ColumnBuilder
{
    private const int BlockBytes = 64 * 1024;
    private readonly int _initialCapacity;
    private readonly List<NativeBuffer> _blocks = [];
    private NativeBuffer? _views;
    private int _capacity;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public ViewBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator) => _initialCapacity = Math.Max(1, capacityRows);

    /// <summary>Appends a copy of <paramref name="value"/>.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        if (value.Length <= StringView.InlineLength)
        {
            AppendView(StringView.Inline(value));
            return;
        }

        NativeBuffer block = BlockFor(value.Length);
        int offset = (int)block.Length;
        value.CopyTo(new Span<byte>(block.Pointer + offset, value.Length));
        block.Length = offset + value.Length;
        AppendView(StringView.Create(block.Pointer + offset, value.Length, _blocks.Count - 1, offset));
    }

    /// <summary>Appends a view; a long one must name a buffer given by <see cref="AddBuffer"/>.</summary>
    public void AppendView(StringView view)
    {
        Reserve();
        AppendValidity(valid: true);
        ((StringView*)_views!.Pointer)[Length++] = view;
    }

    /// <summary>Takes over a reference to a data buffer that views will name and returns its index.</summary>
    public int AddBuffer(NativeBuffer buffer)
    {
        _blocks.Add(buffer);
        return _blocks.Count - 1;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve();
        AppendValidity(valid: false);
        ((StringView*)_views!.Pointer)[Length++] = default;
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        NativeBuffer views = _views ?? Allocator.Allocate(0);
        views.Length = Length * 16L;
        NativeBuffer[] data = _blocks.Count == 0 ? [] : [.. _blocks];
        var array = new ViewArray(Type, Length, views, data, FinishValidity());
        _blocks.Clear();
        _views = null;
        _capacity = 0;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _views?.Release();
        _views = null;
        _capacity = 0;
        foreach (NativeBuffer block in _blocks)
        {
            block.Release();
        }

        _blocks.Clear();
        base.Dispose();
    }

    private void Reserve()
    {
        if (Length == _capacity)
        {
            _views = Grow(_views, Length * 16L, Math.Max(Length + 1L, _initialCapacity) * 16);
            _capacity = (int)Math.Min(int.MaxValue, _views.Capacity / 16);
        }
    }

    private NativeBuffer BlockFor(int bytes)
    {
        if (_blocks.Count > 0)
        {
            NativeBuffer last = _blocks[^1];
            if (!last.IsShared && Math.Min(last.Capacity, int.MaxValue) - last.Length >= bytes)
            {
                return last;
            }
        }

        NativeBuffer block = Allocator.Allocate(Math.Max(BlockBytes, bytes));
        block.Length = 0;
        _blocks.Add(block);
        return block;
    }
}
