using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Grows a native array of <typeparamref name="T"/>; pointers into it are good until it grows.</summary>
internal sealed unsafe class NativeList<T>(BufferAllocator allocator) : IDisposable
    where T : unmanaged
{
    private NativeBuffer? _buffer;

    /// <summary>Gets the first item.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Gets or sets the number of items.</summary>
    public int Count { get; set; }

    /// <summary>Gets the number of items that fit.</summary>
    public int Capacity { get; private set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => _buffer?.Capacity ?? 0;

    /// <summary>Appends an item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        if (Count == Capacity)
        {
            Reserve(Count + 1);
        }

        Pointer[Count++] = item;
    }

    /// <summary>Makes room for <paramref name="capacity"/> items in all and returns the first.</summary>
    public T* Reserve(int capacity)
    {
        if (capacity <= Capacity)
        {
            return Pointer;
        }

        long bytes = Math.Max(Math.Max((long)capacity, 2L * Capacity) * sizeof(T), 1024);
        NativeBuffer larger = allocator.Allocate(bytes);
        if (_buffer is not null)
        {
            Buffer.MemoryCopy(_buffer.Pointer, larger.Pointer, larger.Capacity, (long)Count * sizeof(T));
            _buffer.Release();
        }

        _buffer = larger;
        Pointer = (T*)larger.Pointer;
        Capacity = (int)Math.Min(int.MaxValue, larger.Capacity / sizeof(T));
        return Pointer;
    }

    /// <summary>Removes and returns the last item.</summary>
    public T Pop() => Pointer[--Count];

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
        Pointer = null;
        Count = 0;
        Capacity = 0;
    }
}
