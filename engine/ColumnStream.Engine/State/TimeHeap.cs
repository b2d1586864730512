using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Gives slots in the order of their times, equal ones in the order of arrival. A heap of four children a node.</summary>
/// <remarks>Times that come nearly in order cost one compare to add. A child group of 64 bytes is one line.</remarks>
internal sealed class TimeHeap(BufferAllocator account) : IDisposable
{
    private readonly BlockList<Entry> _entries = new(account);
    private uint _arrivals;

    /// <summary>Gets the number of slots.</summary>
    public int Count => _entries.Count;

    /// <summary>Gets the earliest time; <see cref="long.MaxValue"/> when empty.</summary>
    public long Earliest => _entries.Count == 0 ? long.MaxValue : _entries[0].Time;

    /// <summary>Adds a slot.</summary>
    public void Add(long time, uint slot)
    {
        _entries.Add(default);
        BlockList<Entry> entries = _entries;
        var added = new Entry { Time = time, Arrival = _arrivals++, Slot = slot };
        int at = _entries.Count - 1;
        while (at > 0)
        {
            int parent = (at - 1) >> 2;
            if (entries[parent].IsBefore(added))
            {
                break;
            }

            entries[at] = entries[parent];
            at = parent;
        }

        entries[at] = added;
    }

    /// <summary>Removes and gives the earliest slot when its time is at most <paramref name="latest"/>.</summary>
    public bool TryPop(long latest, out uint slot)
    {
        if (_entries.Count == 0 || _entries[0].Time > latest)
        {
            slot = 0;
            return false;
        }

        BlockList<Entry> entries = _entries;
        slot = entries[0].Slot;
        Entry last = _entries.Pop();
        int count = _entries.Count;
        int at = 0;
        while (true)
        {
            int child = (at << 2) + 1;
            if (child >= count)
            {
                break;
            }

            int best = child;
            int end = Math.Min(child + 4, count);
            for (int i = child + 1; i < end; i++)
            {
                best = entries[i].IsBefore(entries[best]) ? i : best;
            }

            if (!entries[best].IsBefore(last))
            {
                break;
            }

            entries[at] = entries[best];
            at = best;
        }

        if (count > 0)
        {
            entries[at] = last;
        }

        return true;
    }

    /// <summary>Forgets all slots.</summary>
    public void Clear() => _entries.Clear();

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    private struct Entry
    {
        public long Time;
        public uint Arrival;
        public uint Slot;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool IsBefore(in Entry other) =>
            Time < other.Time || (Time == other.Time && (int)(Arrival - other.Arrival) < 0);
    }
}
