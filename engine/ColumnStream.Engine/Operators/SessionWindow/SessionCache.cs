using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Remembers the newest session of recent one-word keys, touched in the current epoch: most rows only go on with it.</summary>
/// <remarks>The key is compared in the row, which is read anyway. An empty place holds row 0, which begins behind all times.</remarks>
internal sealed unsafe class SessionCache(int startOffset, BufferAllocator account) : IDisposable
{
    private const int PlaceBits = 13;
    private readonly NativeList<Entry> _entries = new(account);
    private uint _sequence;
    private int _evictions;
    private bool _isOpen;

    /// <summary>Gets the places: 128 KiB, for some thousands of open sessions.</summary>
    public Entry* Entries => _entries.Pointer;

    /// <summary>Returns the place of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PlaceOf(ulong word) => (word * 0x9E3779B97F4A7C15) >> (64 - PlaceBits);

    /// <summary>Prepares for a batch: a snapshot in between means that rows must be touched again.</summary>
    public void Bind(RowStore rows)
    {
        if (!_isOpen || _sequence != rows.Sequence || _evictions != rows.Evictions)
        {
            _evictions = rows.Evictions;
            _sequence = rows.Sequence;
            _isOpen = true;
            *(long*)(rows.Row(0) + startOffset) = long.MaxValue;
            new Span<Entry>(_entries.Reserve(1 << PlaceBits), 1 << PlaceBits).Fill(new Entry { Row = rows.Row(0) });
        }
    }

    /// <summary>Learns the newest session of a key.</summary>
    public void Learn(ulong word, byte* row, uint slot) => Entries[PlaceOf(word)] = new Entry { Row = row, Slot = slot };

    /// <summary>Forgets a row that is about to go.</summary>
    public void Forget(ulong word, byte* row, RowStore rows)
    {
        if (_isOpen && Entries[PlaceOf(word)].Row == row)
        {
            Entries[PlaceOf(word)] = new Entry { Row = rows.Row(0) };
        }
    }

    /// <summary>Forgets all.</summary>
    public void Reset() => _isOpen = false;

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    /// <summary>Holds the newest session of a key and its slot.</summary>
    internal struct Entry
    {
        public byte* Row;
        public uint Slot;
    }
}
