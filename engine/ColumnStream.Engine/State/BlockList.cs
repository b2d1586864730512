using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Grows a native list by blocks, so that nothing is copied and no moment needs room for two of it.</summary>
internal sealed unsafe class BlockList<T>(BufferAllocator allocator) : IDisposable
    where T : unmanaged
{
    private const int BlockBits = 9;
    private const int BlockItems = 1 << BlockBits;
    private readonly List<NativeBuffer> _blocks = [];
    private nint[] _items = new nint[4];

    /// <summary>Gets the number of items.</summary>
    public int Count { get; private set; }

    /// <summary>Gets an item; its place is good until it is removed.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref ((T*)_items[index >> BlockBits])[index & (BlockItems - 1)];
    }

    /// <summary>Appends an item.</summary>
    public void Add(in T item)
    {
        int block = Count >> BlockBits;
        if (block == _blocks.Count)
        {
            if (block == _items.Length)
            {
                Array.Resize(ref _items, 2 * block);
            }

            NativeBuffer buffer = allocator.Allocate((long)BlockItems * sizeof(T));
            _blocks.Add(buffer);
            _items[block] = (nint)buffer.Pointer;
        }

        this[Count++] = item;
    }

    /// <summary>Removes and returns the last item.</summary>
    public T Pop()
    {
        T item = this[--Count];
        while (_blocks.Count > (Count >> BlockBits) + 2)
        {
            _blocks[^1].Release();
            _blocks.RemoveAt(_blocks.Count - 1);
        }

        return item;
    }

    /// <summary>Removes the first items, as many as make whole blocks, at most <paramref name="count"/>; returns how many.</summary>
    public int DropFirst(int count)
    {
        int blocks = count >> BlockBits;
        for (int i = 0; i < blocks; i++)
        {
            _blocks[i].Release();
        }

        _blocks.RemoveRange(0, blocks);
        for (int i = 0; i < _blocks.Count; i++)
        {
            _items[i] = (nint)_blocks[i].Pointer;
        }

        Count -= blocks << BlockBits;
        return blocks << BlockBits;
    }

    /// <summary>Removes all items.</summary>
    public void Clear()
    {
        _blocks.ForEach(static block => block.Release());
        _blocks.Clear();
        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
