using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Gives slots in the order of their times, of equal times in the order of their numbers: a binary heap in native memory.</summary>
internal sealed unsafe class TimeHeap(BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<Entry> _entries = new(allocator);

    /// <summary>Gets the number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Gets the least time; there must be one.</summary>
    public long FirstTime => _entries.Pointer[0].Time;

    /// <summary>Adds a slot.</summary>
    public void Add(long time, long number, uint slot)
    {
        var entry = new Entry { Time = time, Number = number, Slot = slot };
        _entries.Add(entry);
        Entry* entries = _entries.Pointer;
        int at = _entries.Count - 1;
        while (at > 0 && IsBefore(entry, entries[(at - 1) / 2]))
        {
            entries[at] = entries[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        entries[at] = entry;
    }

    /// <summary>Takes the first slot out; there must be one.</summary>
    public uint Take()
    {
        Entry* entries = _entries.Pointer;
        uint first = entries[0].Slot;
        Entry last = _entries.Pop();
        int count = _entries.Count;
        int at = 0;
        for (int child = 1; child < count; child = (2 * at) + 1)
        {
            child += child + 1 < count && IsBefore(entries[child + 1], entries[child]) ? 1 : 0;
            if (!IsBefore(entries[child], last))
            {
                break;
            }

            entries[at] = entries[child];
            at = child;
        }

        if (count > 0)
        {
            entries[at] = last;
        }

        return first;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _entries.Count = 0;

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    private static bool IsBefore(in Entry left, in Entry right) =>
        left.Time < right.Time || (left.Time == right.Time && left.Number < right.Number);

    private struct Entry
    {
        public long Time;
        public long Number;
        public uint Slot;
    }
}
