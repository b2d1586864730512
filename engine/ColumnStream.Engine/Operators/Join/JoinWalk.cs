using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Walks many chains of rows side by side, one row of each a round, and stops wherever a chunk is full.</summary>
/// <remarks>
/// A chain alone is a cache miss behind the other; side by side they overlap, and the next row of each is fetched a round ahead.
/// The list of chains that are not at their end is the continuation.
/// </remarks>
internal sealed unsafe class JoinWalk(BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<Chain> _chains = new(allocator);
    private int _read;
    private int _write;

    /// <summary>Gets whether rows are left.</summary>
    public bool HasMore => _chains.Count > 0;

    /// <summary>Adds a chain.</summary>
    /// <param name="row">The row that walks it, or null.</param>
    /// <param name="first">The first slot, not 0.</param>
    /// <param name="times">How often the row comes; negative when it does not change the number of matches.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte* row, long first, long times) =>
        _chains.Add(new Chain { Row = (nint)row, Slot = (uint)first, Times = times });

    /// <summary>Collects the next pairs, at most <paramref name="most"/>; 0 only at the end.</summary>
    /// <param name="rows">The side whose chains are walked.</param>
    /// <param name="walkers">Receives the rows that walk.</param>
    /// <param name="found">Receives the rows of the chains.</param>
    /// <param name="slots">Receives their slots.</param>
    /// <param name="times">Receives how often the walker comes.</param>
    /// <param name="most">Most pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Next(JoinRows rows, nint* walkers, nint* found, uint* slots, long* times, int most)
    {
        Chain* chains = _chains.Pointer;
        StateTable table = rows.Table;
        RowStore store = table.Rows;
        byte** pages = store.Pages;
        int pageShift = table.Layout.PageShift;
        uint rowMask = (1u << pageShift) - 1;
        uint stride = (uint)table.Layout.Stride;
        int nextOffset = rows.NextOffset;
        bool prefetch = Sse.IsSupported;
        bool expires = table.Ttl is not null;
        int count = 0;
        while (count < most && _chains.Count > 0)
        {
            int read = _read;
            int write = _write;
            int live = _chains.Count;
            for (; read < live && count < most; read++)
            {
                Chain chain = chains[read];
                byte* row = store.Row(chain.Slot);
                walkers[count] = chain.Row;
                found[count] = (nint)row;
                slots[count] = chain.Slot;
                times[count] = chain.Times;
                count += expires && table.IsExpired(row) ? 0 : 1;
                uint next = (uint)*(long*)(row + nextOffset);
                chain.Slot = next;
                chains[write] = chain;
                write += next != 0 ? 1 : 0;
                if (prefetch)
                {
                    Sse.Prefetch0(pages[next >> pageShift] + ((next & rowMask) * stride));
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

    private struct Chain
    {
        public nint Row;
        public long Times;
        public uint Slot;
    }
}
