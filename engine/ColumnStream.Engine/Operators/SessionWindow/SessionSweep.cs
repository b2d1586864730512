using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Knows which sessions may end when: slots in buckets of time, each slot in the bucket of an end that it had.</summary>
/// <remarks>
/// A session that goes on stays where it is and moves on only when its bucket's time has come: once a gap, not once a row.
/// Slots of sessions that were merged away are found dead, or found to be another session, and do no harm.
/// </remarks>
internal sealed class SessionSweep(long gapMs, BufferAllocator account) : IDisposable
{
    private readonly long _stepMs = Math.Max(1, gapMs / 16);
    private readonly SortedList<long, Bucket> _buckets = [];
    private readonly Stack<Bucket> _spare = new();
    private Bucket? _last;
    private long _lastKey;

    /// <summary>Gets a time before which no session ends, or null when there is none.</summary>
    public long? LeastEnd => _buckets.Count == 0 ? null : _buckets.Values[0].LeastEnd;

    /// <summary>Adds a session.</summary>
    public void Add(uint slot, long endMs)
    {
        long key = WindowAggregate.WindowMath.FloorDivide(endMs, _stepMs);
        if (_last is { } last && key == _lastKey)
        {
            last.Slots.Add(slot);
            last.LeastEnd = Math.Min(last.LeastEnd, endMs);
            return;
        }

        if (!_buckets.TryGetValue(key, out Bucket? bucket))
        {
            bucket = _spare.TryPop(out Bucket? spare) ? spare : new Bucket(new NativeList<uint>(account));
            _buckets.Add(key, bucket);
        }

        _last = bucket;
        _lastKey = key;
        bucket.Slots.Add(slot);
        bucket.LeastEnd = Math.Min(bucket.LeastEnd, endMs);
    }

    /// <summary>Takes all slots whose session may have ended at <paramref name="passedMs"/>; the caller adds those that go on.</summary>
    public void Take(long passedMs, NativeList<uint> slots)
    {
        while (_buckets.Count > 0 && _buckets.Values[0].LeastEnd - 1 <= passedMs)
        {
            Bucket bucket = _buckets.Values[0];
            _buckets.RemoveAt(0);
            _last = null;
            for (int i = 0; i < bucket.Slots.Count; i++)
            {
                slots.Add(Slot(bucket, i));
            }

            bucket.Slots.Count = 0;
            bucket.LeastEnd = long.MaxValue;
            _spare.Push(bucket);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (Bucket bucket in _buckets.Values)
        {
            bucket.Slots.Dispose();
        }

        _buckets.Clear();
        _last = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        foreach (Bucket bucket in _spare)
        {
            bucket.Slots.Dispose();
        }

        _spare.Clear();
    }

    private static unsafe uint Slot(Bucket bucket, int index) => bucket.Slots.Pointer[index];

    private sealed class Bucket(NativeList<uint> slots)
    {
        public NativeList<uint> Slots => slots;

        public long LeastEnd { get; set; } = long.MaxValue;
    }
}
