using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Gives slots in the order of their times, of equal times in the order of their numbers.</summary>
/// <remarks>What comes in order stands in a queue and costs no compare but with its end; the rest goes into a binary heap.</remarks>
internal sealed class TimeHeap(BufferAllocator allocator) : IDisposable
{
    private const int DroppedAtOnce = 1 << 14;
    private readonly BlockList<Entry> _entries = new(allocator);
    private readonly BlockList<Entry> _queue = new(allocator);
    private int _first;

    /// <summary>Gets the number of entries.</summary>
    public int Count => _entries.Count + _queue.Count - _first;

    /// <summary>Gets the least time; there must be one.</summary>
    public long FirstTime => IsQueueFirst ? _queue[_first].Time : _entries[0].Time;

    private bool IsQueueFirst => _first < _queue.Count
        && (_entries.Count == 0 || IsBefore(_queue[_first], _entries[0]));

    /// <summary>Adds a slot.</summary>
    public void Add(long time, long number, uint slot)
    {
        var entry = new Entry { Time = time, Number = number, Slot = slot };
        if (_first == _queue.Count || !IsBefore(entry, _queue[_queue.Count - 1]))
        {
            _queue.Add(entry);
            return;
        }

        _entries.Add(entry);
        BlockList<Entry> entries = _entries;
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
        if (IsQueueFirst)
        {
            uint slot = _queue[_first++].Slot;
            if (_first >= DroppedAtOnce)
            {
                _first -= _queue.DropFirst(_first);
            }

            return slot;
        }

        BlockList<Entry> entries = _entries;
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
    public void Clear()
    {
        _entries.Clear();
        _queue.Clear();
        _first = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _queue.Dispose();
    }

    private static bool IsBefore(in Entry left, in Entry right) =>
        left.Time < right.Time || (left.Time == right.Time && left.Number < right.Number);

    private struct Entry
    {
        public long Time;
        public long Number;
        public uint Slot;
    }
}
