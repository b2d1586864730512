using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Remembers the newest session of recent one-word keys, touched in the current epoch: most rows only go on with it.</summary>
internal sealed unsafe class SessionCache(BufferAllocator account) : IDisposable
{
    private const int PlaceBits = 13;
    private readonly NativeList<Entry> _entries = new(account);
    private uint _sequence;
    private bool _isOpen;

    /// <summary>Gets the places: 128 KiB, for some thousands of open sessions.</summary>
    public Entry* Entries => _entries.Pointer;

    /// <summary>Returns the place of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PlaceOf(ulong word) => (word * 0x9E3779B97F4A7C15) >> (64 - PlaceBits);

    /// <summary>Prepares for a batch: a snapshot in between means that rows must be touched again.</summary>
    public void Bind(RowStore rows)
    {
        if (!_isOpen || _sequence != rows.Sequence)
        {
            _sequence = rows.Sequence;
            _isOpen = true;
            Entry* entries = _entries.Reserve(1 << PlaceBits);
            new Span<Entry>(entries, 1 << PlaceBits).Fill(new Entry { Row = rows.Row(0) });

            // Zero belongs to place 0, one does not.
            entries[0].Key = 1;
        }
    }

    /// <summary>Learns the newest session of a key.</summary>
    public void Learn(ulong word, byte* row, uint slot) =>
        Entries[PlaceOf(word)] = new Entry { Key = word, Row = row, Slot = slot };

    /// <summary>Forgets a row that is about to go.</summary>
    public void Forget(ulong word, byte* row, RowStore rows)
    {
        if (_isOpen && Entries[PlaceOf(word)].Row == row)
        {
            Entries[PlaceOf(word)] = new Entry { Key = PlaceOf(word) == 0 ? 1UL : 0, Row = rows.Row(0) };
        }
    }

    /// <summary>Forgets all.</summary>
    public void Reset() => _isOpen = false;

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    /// <summary>Holds a key, its newest session and that one's slot.</summary>
    internal struct Entry
    {
        public ulong Key;
        public byte* Row;
        public uint Slot;
    }
}
