using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Walks the chains of retained rows that a batch's rows found, one row of each a round, and stops wherever a chunk is full.</summary>
/// <remarks>The first round goes through the batch in order, so where every row finds one, pairs are the batch itself.</remarks>
internal sealed unsafe class SlotWalk(BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<ulong> _chains = new(allocator);
    private int _read;
    private int _write;

    /// <summary>Gets whether rows are left.</summary>
    public bool HasMore => _chains.Count > 0;

    /// <summary>Makes room for <paramref name="count"/> more chains, which the caller writes and counts.</summary>
    public ulong* Reserve(int count) => _chains.Reserve(_chains.Count + count) + _chains.Count;

    /// <summary>Counts chains that were written: row of the batch &lt;&lt; 32 | first slot, not 0.</summary>
    public void Added(int count) => _chains.Count += count;

    /// <summary>Collects the next pairs, at most <paramref name="most"/>; 0 only at the end.</summary>
    /// <param name="other">The other side.</param>
    /// <param name="rows">Receives rows of the batch.</param>
    /// <param name="slots">Receives slots of the other side.</param>
    /// <param name="most">Most pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Next(RetainedRows other, int* rows, uint* slots, int most)
    {
        uint** links = other.Links;
        ulong* chains = _chains.Pointer;
        bool prefetch = Sse.IsSupported;
        int count = 0;
        while (count < most && _chains.Count > 0)
        {
            int live = _chains.Count;
            int read = _read;
            int write = _write;
            int end = Math.Min(live, read + most - count);
            for (; read < end; read++, count++)
            {
                ulong chain = chains[read];
                uint slot = (uint)chain;
                rows[count] = (int)(chain >> 32);
                slots[count] = slot;
                uint* segment = links[slot >> RetainedColumn.SegmentBits];
                uint next = segment is not null ? segment[slot & (RetainedColumn.SegmentRows - 1)] : *other.ColdLink(slot);
                chains[write] = (chain & 0xFFFFFFFF00000000) | next;
                write += next != 0 ? 1 : 0;
                if (prefetch && next != 0)
                {
                    Sse.Prefetch0(links[next >> RetainedColumn.SegmentBits] + (next & (RetainedColumn.SegmentRows - 1)));
                }
            }

            bool isRound = read == live;
            _chains.Count = isRound ? write : live;
            _read = isRound ? 0 : read;
            _write = isRound ? 0 : write;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _chains.Dispose();
}
