using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Engine.State;

/// <summary>Maps keys to rows of aggregates: find-or-create for a batch at a time, in blocks of 256. One thread.</summary>
/// <remarks>Row addresses stay good until <see cref="Clear"/>; rows change only after <see cref="Touch"/>.</remarks>
internal sealed unsafe partial class StateTable : ISpillableState, IDisposable
{
    /// <summary>Rows of a block: enough to hide a miss, few enough to stay in L1.</summary>
    public const int BlockRows = 256;

    /// <summary>Above this many bytes of index and rows, prefetching pays; below, it costs.</summary>
    private const long PrefetchBytes = 1 << 20;

    private const int BlockOneIn = 32;
    private const int RowsOfTrim = 16;
    private readonly BufferAllocator _account;
    private readonly StateIndex _index;
    private readonly RowStore _rows;
    private readonly StateSpill? _spill;
    private readonly int[] _missed = new int[BlockRows];
    private readonly NativeList<nint> _touchedRows;
    private readonly NativeList<uint> _touchedSlots;
    private readonly NativeList<ulong> _touchedHashes;
    private readonly NativeList<byte> _touchedImages;
    private readonly StateTtl? _ttl;
    private bool _tracksTouched;
    private int _deletions;
    private uint _swept = 1;
    private long _deadlineMs = long.MinValue;

    /// <summary>Makes an empty table that takes memory at first use.</summary>
    public StateTable(StateLayout layout, StatePool pool, BufferAllocator account)
    {
        Layout = layout;
        _account = account;
        _index = new StateIndex(pool, account);
        Heap = new StringHeap(pool, account);
        _rows = new RowStore(layout, pool, account, layout.HasViewKeys || layout.HasViewCells ? Heap : null);
        _spill = pool.Spill;
        _touchedRows = new NativeList<nint>(account);
        _touchedSlots = new NativeList<uint>(account);
        _touchedHashes = new NativeList<ulong>(account);
        _touchedImages = new NativeList<byte>(account);
    }

    /// <summary>Gets where keys and cells stand in a row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets the bytes of long text in rows.</summary>
    public StringHeap Heap { get; }

    /// <summary>Gets whether rows are found by key; otherwise they are only appended, equal ones too, and linked by who knows them.</summary>
    public bool IsIndexed { get; init; } = true;

    /// <summary>Gets the rows by slot and their snapshot protocol.</summary>
    public RowStore Rows => _rows;

    /// <summary>Gets the rows alive.</summary>
    public int Count => _rows.Count;

    /// <summary>Gets a number that changes when rows go, so that nobody keeps their addresses.</summary>
    public int Generation => _deletions + _rows.Evictions;

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => _index.Bytes + _rows.Bytes + Heap.Bytes + _touchedImages.Bytes;

    /// <summary>Makes a row of each input row [start, start + count), touched, whatever is there already.</summary>
    public void Append(KeyEncoder keys, int start, int count, byte** rows, uint* slots)
    {
        EnsureOpen();
        int width = Layout.KeyWords;
        ulong* words = keys.Words + ((long)start * width);
        ushort* nulls = keys.Nulls + start;
        for (int i = 0; i < count; i++, words += width)
        {
            byte* row = _rows.Create(out slots[i]);
            *(ushort*)(row + 6) = nulls[i];
            for (int w = 0; w < width; w++)
            {
                ((ulong*)(row + StateLayout.HeaderBytes))[w] = words[w];
            }

            StoreText(row);
            rows[i] = row;
        }
    }

    /// <summary>Adds a row that only links reach, of zeros; touched.</summary>
    public byte* AppendEmpty(out uint slot)
    {
        EnsureOpen();
        return _rows.Create(out slot);
    }

    /// <summary>Walks all rows, a block at a time: returns 0 at the end.</summary>
    public int Entries(ref long position, ulong* hashes, uint* slots, byte** rows)
    {
        int count = _index.Entries(ref position, hashes, slots, SpilledBytes > 0 ? RowsOfStep : BlockRows);
        for (int i = 0; i < count; i++)
        {
            rows[i] = _rows.Row(slots[i]);
        }

        return count;
    }

    /// <summary>Deletes a row found before under <paramref name="hash"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Delete(byte* row, uint slot, ulong hash)
    {
        _deletions++;
        if (IsIndexed)
        {
            _index.Remove((uint)hash, slot);
        }

        if (Layout.HasViewKeys || Layout.HasViewCells)
        {
            FreeText(row);
        }

        _rows.Delete(row, slot, hash);
    }

    /// <summary>Returns the next live row at or behind <paramref name="slot"/> and moves behind it; null at the end.</summary>
    public byte* NextLive(ref uint slot)
    {
        for (; slot < _rows.End; slot++)
        {
            if (_rows.IsLive(slot))
            {
                return _rows.Row(slot++);
            }
        }

        return null;
    }

    /// <summary>Does what <see cref="NextLive(ref uint)"/> does for a walk over a whole table in which no address is held from row to row.</summary>
    public byte* WalkLive(ref uint slot)
    {
        if ((slot & (RowsOfTrim - 1)) == 0)
        {
            _spill?.TrimInCall();
        }

        return NextLive(ref slot);
    }

    /// <summary>Returns the next block of live rows at or behind <paramref name="next"/>, with their slots, and how many they are; 0 at the end.</summary>
    /// <remarks>Addresses of the block before are good no more where memory is short; a block is shorter where much came back.</remarks>
    public int NextLive(ref uint next, byte** rows, uint* slots)
    {
        _spill?.TrimInCall();
        long most = MostReadBytes;
        int count = 0;
        while (count < BlockRows && (count == 0 || ReadBytes < most)
            && NextLive(ref next) is var row && row is not null)
        {
            rows[count] = row;
            slots[count++] = next - 1;
        }

        return count;
    }

    /// <summary>Makes the index anew, empty, with room for the rows that a restore placed.</summary>
    public void OpenIndex()
    {
        if (IsIndexed)
        {
            _index.Open(Count);
        }
    }

    /// <summary>Fills the index from rows that a restore placed.</summary>
    public void Reindex(uint* slots, ulong* hashes, int count)
    {
        if (IsIndexed)
        {
            _index.Insert(hashes, slots, count);
        }
    }

    /// <summary>Takes memory if none was taken yet.</summary>
    public void EnsureOpen()
    {
        if (_rows.End == 0)
        {
            _rows.Open();
            _spill?.Add(this);
            if (IsIndexed)
            {
                _index.Open();
            }
        }
    }

    /// <summary>Gets the bytes that are on disk only.</summary>
    public long SpilledBytes => _index.SpilledBytes + _rows.SpilledBytes + Heap.SpilledBytes;

    /// <inheritdoc/>
    public void Evict(long wantedBytes, bool evenUsed, bool index)
    {
        if (index)
        {
            _index.Evict(wantedBytes, evenUsed);
            return;
        }

        wantedBytes -= _rows.Evict(wantedBytes, evenUsed);
        if (wantedBytes > 0)
        {
            _rows.EvictText(wantedBytes, evenUsed);
        }
    }

    /// <summary>Gets how many rows, at most a block, may be in memory at once with their text where memory is short.</summary>
    public int RowsOfStep => Math.Min(BlockRows, _spill?.ChunkRows ?? BlockRows);

    /// <summary>Gets the bytes that came back from disk so far, for all tables of the task.</summary>
    public long ReadBytes => _spill?.ReadBytes ?? 0;

    /// <summary>Gets how many those may be when a block of rows is large enough.</summary>
    public long MostReadBytes => _spill is null ? long.MaxValue : _spill.ReadBytes + (_spill.LimitBytes / BlockOneIn);

    /// <summary>Lets state go to disk in the middle of a restore; nobody may hold an address of a row of any table.</summary>
    public void Trim() => _spill?.Trim();

    /// <summary>Does the same in the middle of a call, for an operator that holds no address; where another may, nothing.</summary>
    public void TrimInCall() => _spill?.TrimInCall();

    /// <summary>Drops all rows and gives their memory back.</summary>
    public void Clear()
    {
        _spill?.Remove(this);
        _deletions++;
        _index.Dispose();
        _rows.Dispose();
        Heap.Dispose();
        _touchedRows.Dispose();
        _touchedSlots.Dispose();
        _touchedHashes.Dispose();
        _touchedImages.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Gives the long text of a new row's key to the heap.</summary>
    private void StoreText(byte* row)
    {
        for (ulong words = Layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = System.Numerics.BitOperations.TrailingZeroCount(words) - 1;
            Heap.Store((StringView*)(row + StateLayout.HeaderBytes + (word * 8)));
        }
    }

    internal void FreeText(byte* row)
    {
        for (ulong words = Layout.LongKeyWords; words != 0; words &= words - 1)
        {
            int word = System.Numerics.BitOperations.TrailingZeroCount(words) - 1;
            Heap.Free((StringView*)(row + StateLayout.HeaderBytes + (word * 8)));
        }

        for (int i = 0; i < Layout.Cells.Count; i++)
        {
            var cell = (StringView*)(row + Layout.CellOffsets[i]);
            switch (Layout.Cells[i].Type)
            {
                case CellType.View:
                    Heap.Free(cell);
                    break;
                case CellType.Bytes:
                    Heap.FreeGrown(cell);
                    break;
            }
        }
    }
}
