using System.Runtime.CompilerServices;
using System.Threading;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Is a queue between one producer and one consumer: a ring that grows by linking a larger one.</summary>
/// <remarks>
/// Credit bounds the batches in it; barriers, watermarks and ends need no credit, hence it must not overflow.
/// <code>
/// producer: slot = element; publish tail        consumer: slot != empty up to tail; element = slot; publish head
/// full:     next = new ring(2n) with element    empty and next set: go on there, after looking once more
/// </code>
/// </remarks>
internal sealed class ElementRing
{
    private Segment _write;
    private Segment _read;

    public ElementRing(int slots)
    {
        _write = _read = new Segment(slots);
    }

    /// <summary>Appends; producer only.</summary>
    public void Add(StreamElement element)
    {
        Segment segment = _write;
        long tail = segment.Tail.Value;
        if (tail - Volatile.Read(ref segment.Head.Value) == segment.Slots.Length)
        {
            var next = new Segment(segment.Slots.Length * 2);
            next.Slots[0] = element;
            next.Tail.Value = 1;
            _write = next;
            Volatile.Write(ref segment.Next, next);
            return;
        }

        segment.Slots[tail & (segment.Slots.Length - 1)] = element;
        Volatile.Write(ref segment.Tail.Value, tail + 1);
    }

    /// <summary>Takes the oldest; consumer only.</summary>
    public bool TryTake(out StreamElement element)
    {
        while (true)
        {
            Segment segment = _read;
            long head = segment.Head.Value;
            if (head < Volatile.Read(ref segment.Tail.Value))
            {
                element = segment.Take(head);
                return true;
            }

            Segment? next = Volatile.Read(ref segment.Next);
            if (next is null)
            {
                element = null!;
                return false;
            }

            // Next is set behind the last element of this ring, so look once more before leaving it.
            if (head < Volatile.Read(ref segment.Tail.Value))
            {
                continue;
            }

            _read = next;
        }
    }

    /// <summary>Tells whether there is nothing to take; consumer only.</summary>
    public bool IsEmpty()
    {
        Segment segment = _read;
        return segment.Head.Value >= Volatile.Read(ref segment.Tail.Value) && Volatile.Read(ref segment.Next) is null;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 128)]
    private struct PaddedLong
    {
        [System.Runtime.InteropServices.FieldOffset(64)]
        public long Value;
    }

    private sealed class Segment(int slots)
    {
        public readonly StreamElement?[] Slots = new StreamElement?[slots];
        public PaddedLong Head;
        public PaddedLong Tail;
        public Segment? Next;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public StreamElement Take(long head)
        {
            long slot = head & (Slots.Length - 1);
            StreamElement element = Slots[slot]!;
            Slots[slot] = null;
            Volatile.Write(ref Head.Value, head + 1);
            return element;
        }
    }
}
