using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Remembers which one-word values were seen lately in which group, and by whom.</summary>
/// <remarks>Direct-mapped. What it says stays true while rows only come: a deleted row changes a table's generation.</remarks>
internal sealed unsafe class SeenCache(BufferAllocator account) : IDisposable
{
    private const int PlaceBits = 11;
    private const int Places = 1 << PlaceBits;
    private readonly NativeList<Entry> _entries = new(account);
    private StateTable? _values;
    private StateTable? _groups;
    private int _generation;

    /// <summary>Prepares for values of a table beside groups of another; forgets what it knew of others.</summary>
    public void Bind(StateTable values, StateTable groups)
    {
        int generation = values.Generation + groups.Generation;
        if (_values != values || _groups != groups || _generation != generation)
        {
            _values = values;
            _groups = groups;
            _generation = generation;
            new Span<Entry>(_entries.Reserve(Places), Places).Clear();
        }
    }

    /// <summary>Lists the rows with a bit that is not known to be set; returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Pick(ulong* words, uint* slots, byte* bits, int count, int* picked)
    {
        Entry* entries = _entries.Pointer;
        nint length = 0;
        for (nint i = 0; i < count; i++)
        {
            Entry* entry = entries + Place(words[i], slots[i]);
            uint known = entry->Word == words[i] & entry->Slot == slots[i] ? entry->Bits : 0;
            picked[length] = (int)i;
            length += (bits[i] & ~known) != 0 ? 1 : 0;
        }

        return (int)length;
    }

    /// <summary>Notes all bits that a value of a group has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Learn(ulong word, uint slot, byte bits) =>
        _entries.Pointer[Place(word, slot)] = new Entry { Word = word, Slot = slot, Bits = bits };

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Place(ulong word, uint slot) =>
        ((word ^ (slot * 0x9FB21C651E98DF25)) * 0x9E3779B97F4A7C15) >> (64 - PlaceBits);

    private struct Entry
    {
        public ulong Word;
        public uint Slot;
        public uint Bits;
    }
}
