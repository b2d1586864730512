using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Lookups;

/// <summary>Finds rows of one batch that does not change by some of its columns, a batch of keys at a time.</summary>
/// <remarks>
/// <code>
/// entries   open addressing, 16 bytes: tag (the key itself where it is one word, else its hash), first row + 1
/// next      row → next row of the same key or −1, in the order of the rows; only where a key has several
/// </code>
/// Rows with a NULL in the key are in no entry. One thread at a time.
/// </remarks>
public sealed unsafe class LookupIndex : IDisposable
{
    private const int BlockRows = 256;
    private const long CacheBytes = 256 << 10;
    private readonly StateLayout _layout;
    private readonly KeyEncoder _stored;
    private readonly KeyEncoder _asked;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<int> _next;
    private readonly ArrayData[] _keys;
    private readonly NativeBuffer _buffer;
    private readonly Entry* _entries;
    private readonly ulong _mask;
    private readonly bool _isWord;

    /// <summary>Indexes <paramref name="rows"/>, which it takes over.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="keys">The columns that they are found by, in the order of later keys, which have the same types.</param>
    /// <param name="allocator">Account of the index.</param>
    public LookupIndex(RecordBatch rows, ReadOnlySpan<int> keys, BufferAllocator allocator)
    {
        Rows = rows;
        var fields = new Field[keys.Length];
        _keys = new ArrayData[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            fields[i] = rows.Schema.Fields[keys[i]];
            _keys[i] = rows.Columns[keys[i]];
        }

        _layout = new StateLayout(ValueList.Create<Field>(fields), default);
        _stored = new KeyEncoder(_layout, allocator);
        _asked = new KeyEncoder(_layout, allocator);
        _hashes = new NativeList<ulong>(allocator);
        _next = new NativeList<int>(allocator);
        _isWord = _stored.Shape == KeyShape.Word;
        ulong capacity = BitOperations.RoundUpToPowerOf2((ulong)Math.Max(8, rows.Length + (rows.Length / 3)));
        _mask = capacity - 1;
        _buffer = allocator.Allocate((long)capacity * sizeof(Entry));
        _entries = (Entry*)_buffer.Pointer;
        NativeMemory.Clear(_entries, (nuint)capacity * (nuint)sizeof(Entry));
        _stored.Encode(_keys, rows.Length);
        Build();
        _hashes.Dispose();
    }

    /// <summary>Gets the rows, in their order.</summary>
    public RecordBatch Rows { get; }

    /// <summary>Gets the number of keys.</summary>
    public int KeyCount { get; private set; }

    /// <summary>Gets the next row of the same key for each row, −1 behind the last; null where no key has two.</summary>
    public int* Next { get; private set; }

    /// <summary>Writes the first row of each key, or −1; returns how many were found.</summary>
    /// <param name="keys">The columns of the keys.</param>
    /// <param name="count">The number of keys.</param>
    /// <param name="first">Receives a row a key.</param>
    public int Find(ReadOnlySpan<ArrayData> keys, int count, Span<int> first)
    {
        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        _layout.Hash(keys, count, hashes);
        _asked.Encode(keys, count);
        bool prefetches = Sse.IsSupported && _buffer.Capacity > CacheBytes;
        int found = 0;
        fixed (int* rows = first[..count])
        {
            for (int start = 0; start < count; start += BlockRows)
            {
                int end = Math.Min(count, start + BlockRows);
                for (int i = start; prefetches && i < end; i++)
                {
                    Sse.Prefetch0(_entries + (hashes[i] & _mask));
                }

                found += _isWord ? FindWords(hashes, start, end, rows) : FindKeys(hashes, start, end, rows);
            }

            if (_asked.HasNulls || _layout.NullWords > 0)
            {
                for (int i = 0; i < count; i++)
                {
                    if (rows[i] >= 0 && IsNull(keys, _asked, i))
                    {
                        rows[i] = -1;
                        found--;
                    }
                }
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stored.Dispose();
        _asked.Dispose();
        _hashes.Dispose();
        _next.Dispose();
        _buffer.Release();
        Rows.Release();
    }

    /// <summary>Goes from the last row to the first, so that chains are in the order of the rows.</summary>
    private void Build()
    {
        int count = Rows.Length;
        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        _layout.Hash(_keys, count, hashes);
        bool hasNulls = _stored.HasNulls || _layout.NullWords > 0;
        for (int i = count - 1; i >= 0; i--)
        {
            if (Sse.IsSupported && i >= 16)
            {
                Sse.Prefetch0(_entries + (hashes[i - 16] & _mask));
            }

            if (hasNulls && IsNull(_keys, _stored, i))
            {
                continue;
            }

            ulong tag = _isWord ? _stored.Words[i] : hashes[i];
            Entry* entry = _entries + (hashes[i] & _mask);
            while (entry->First != 0 && !(entry->Tag == tag && (_isWord || Same(_stored, i, entry->First - 1))))
            {
                entry = ++entry > _entries + _mask ? _entries : entry;
            }

            if (entry->First == 0)
            {
                KeyCount++;
            }
            else
            {
                Link(i, entry->First - 1);
            }

            entry->Tag = tag;
            entry->First = i + 1;
        }
    }

    private void Link(int row, int next)
    {
        if (Next is null)
        {
            Next = _next.Reserve(Rows.Length);
            new Span<int>(Next, Rows.Length).Fill(-1);
        }

        Next[row] = next;
    }

    private int FindWords(ulong* hashes, int start, int end, int* rows)
    {
        Entry* entries = _entries;
        ulong* words = _asked.Words;
        ulong mask = _mask;
        int found = 0;
        for (int i = start; i < end; i++)
        {
            ulong key = words[i];
            ulong at = hashes[i] & mask;
            while (entries[at].First != 0 && entries[at].Tag != key)
            {
                at = (at + 1) & mask;
            }

            rows[i] = entries[at].First - 1;
            found += entries[at].First != 0 ? 1 : 0;
        }

        return found;
    }

    private int FindKeys(ulong* hashes, int start, int end, int* rows)
    {
        int found = 0;
        for (int i = start; i < end; i++)
        {
            ulong at = hashes[i] & _mask;
            while (_entries[at].First != 0 && !(_entries[at].Tag == hashes[i] && Same(_asked, i, _entries[at].First - 1)))
            {
                at = (at + 1) & _mask;
            }

            rows[i] = _entries[at].First - 1;
            found += _entries[at].First != 0 ? 1 : 0;
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsNull(ReadOnlySpan<ArrayData> keys, KeyEncoder encoder, int row)
    {
        if (_layout.NullWords == 0)
        {
            return encoder.Nulls[row] != 0;
        }

        foreach (ArrayData key in keys)
        {
            if (key.IsNull(row))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Compares the words of an asked key with those of a row; long text by its bytes.</summary>
    private bool Same(KeyEncoder asked, int index, int row)
    {
        int width = _layout.KeyWords;
        ulong* one = asked.Words + ((long)index * width);
        ulong* other = _stored.Words + ((long)row * width);
        for (int w = 0; w < width; w++)
        {
            if (one[w] == other[w])
            {
                continue;
            }

            // The second word of long text is an address, and the first, which is equal, begins with the length.
            bool isAddress = (_layout.LongKeyWords >> w & 1) != 0 && ((StringView*)(one + w - 1))->Length > StringView.InlineLength;
            if (!isAddress || !GeneralKey.SameBytes((StringView*)(one + w - 1), (StringView*)(other + w - 1)))
            {
                return false;
            }
        }

        return true;
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Entry
    {
        public ulong Tag;
        public int First;
    }
}
