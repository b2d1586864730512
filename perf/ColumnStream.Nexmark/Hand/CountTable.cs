using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColumnStream.Nexmark.Hand;

/// <summary>Counts 64-bit keys: open addressing, linear probing, {key, count} side by side, load at most a quarter.</summary>
/// <remarks>Keys are not zero. The list of places in use makes reading and clearing cost what was counted.</remarks>
internal sealed unsafe class CountTable : IDisposable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private long* _entries;
    private int* _used;
    private int _bits;

    public CountTable(int bits) => Allocate(bits);

    /// <summary>Gets the number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one to each key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(long* keys, int count)
    {
        if ((Count + count) * 4L > 1L << _bits)
        {
            Reserve(count);
        }

        long* entries = _entries;
        int* used = _used;
        int mask = (1 << _bits) - 1;
        int shift = 64 - _bits;
        int total = Count;
        for (int i = 0; i < count; i++)
        {
            long key = keys[i];
            int at = (int)(((ulong)key * Multiplier) >> shift);
            while (entries[2 * at] != key)
            {
                if (entries[2 * at] == 0)
                {
                    entries[2 * at] = key;
                    used[total++] = at;
                    break;
                }

                at = (at + 1) & mask;
            }

            entries[(2 * at) + 1]++;
        }

        Count = total;
    }

    /// <summary>Adds another table's counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(CountTable other)
    {
        if ((Count + other.Count) * 4L > 1L << _bits)
        {
            Reserve(other.Count);
        }

        long* entries = _entries;
        int* used = _used;
        int mask = (1 << _bits) - 1;
        int shift = 64 - _bits;
        int total = Count;
        for (int i = 0; i < other.Count; i++)
        {
            long* source = other._entries + (2L * other._used[i]);
            int at = (int)(((ulong)source[0] * Multiplier) >> shift);
            while (entries[2 * at] != source[0])
            {
                if (entries[2 * at] == 0)
                {
                    entries[2 * at] = source[0];
                    used[total++] = at;
                    break;
                }

                at = (at + 1) & mask;
            }

            entries[(2 * at) + 1] += source[1];
        }

        Count = total;
    }

    /// <summary>Writes keys and counts as two columns, 4,096 rows at a time over the same target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read(long* target)
    {
        for (int i = 0; i < Count; i++)
        {
            long* entry = _entries + (2L * _used[i]);
            int row = i & 4095;
            target[row] = entry[0];
            target[4096 + row] = entry[1];
        }
    }

    /// <summary>Forgets all keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Clear()
    {
        for (int i = 0; i < Count; i++)
        {
            long* entry = _entries + (2L * _used[i]);
            entry[0] = 0;
            entry[1] = 0;
        }

        Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_entries);
        NativeMemory.Free(_used);
    }

    private void Allocate(int bits)
    {
        _bits = bits;
        nuint bytes = (nuint)16 << bits;
        _entries = (long*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_entries, bytes);
        _used = (int*)NativeMemory.Alloc((nuint)1 << bits, sizeof(int));
    }

    /// <summary>Grows for keys that are usually repeated: doubles until a batch of new keys fills at most a half.</summary>
    private void Reserve(int more)
    {
        int bits = _bits;
        while ((Count * 4L > 1L << bits) || ((Count + more) * 2L > 1L << bits))
        {
            bits++;
        }

        if (bits == _bits)
        {
            return;
        }

        long* old = _entries;
        int* oldUsed = _used;
        int count = Count;
        Allocate(bits);
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            long* source = old + (2L * oldUsed[i]);
            long key = source[0];
            Add(&key, 1);
            int at = (int)(((ulong)key * Multiplier) >> (64 - _bits));
            while (_entries[2 * at] != key)
            {
                at = (at + 1) & ((1 << _bits) - 1);
            }

            _entries[(2 * at) + 1] = source[1];
        }

        NativeMemory.AlignedFree(old);
        NativeMemory.Free(oldUsed);
    }
}
