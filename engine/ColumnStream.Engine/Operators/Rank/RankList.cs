using System;
using System.Runtime.CompilerServices;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Keeps a few best rows of a partition in order inside the partition's own row: words of the order, then slots.</summary>
/// <remarks>
/// For ROW_NUMBER over inserts up to <see cref="Most"/> rows: a row that comes costs a search in two lines of cache and a
/// shift, and no row that is there already is looked at unless words say too little. Positions begin at 1.
/// </remarks>
internal sealed unsafe class RankList(RankRows rows, RankGroups groups)
{
    /// <summary>The most rows of a list.</summary>
    public const int Most = 16;

    private readonly int _capacity = groups.ListLength;

    /// <summary>Returns the number of rows.</summary>
    public int Count(byte* group) => (int)groups.Root(group);

    /// <summary>Returns the slot at a position.</summary>
    public uint SlotAt(byte* group, long position) => Slots(group)[position - 1];

    /// <summary>Finds the position that a row gets: behind all that are before it or equal to it and came before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int PositionOf(byte* group, ulong word, byte* row)
    {
        ulong* words = Words(group);
        int count = Count(group);
        int at = 0;
        while (at < count && words[at] < word)
        {
            at++;
        }

        for (; at < count && words[at] == word; at++)
        {
            byte* other = rows.Table.Rows.Row(Slots(group)[at]);
            int order = rows.Order.IsTie(word) ? 0 : rows.Order.Compare(other, row);
            if (order > 0 || (order == 0 && *(long*)(other + rows.Sequence) > *(long*)(row + rows.Sequence)))
            {
                break;
            }
        }

        return at + 1;
    }

    /// <summary>Puts a row at a position; returns the slot that falls out behind, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint Insert(byte* group, int position, ulong word, uint slot)
    {
        ulong* words = Words(group);
        uint* slots = Slots(group);
        ref uint count = ref groups.Root(group);
        uint last = count == _capacity ? slots[_capacity - 1] : 0;
        int end = (int)Math.Min(count, (uint)_capacity - 1);
        for (int i = end; i >= position; i--)
        {
            words[i] = words[i - 1];
            slots[i] = slots[i - 1];
        }

        words[position - 1] = word;
        slots[position - 1] = slot;
        count = Math.Min(count + 1, (uint)_capacity);
        *(ulong*)(group + groups.WorstOffset) = count == _capacity ? words[_capacity - 1] : ulong.MaxValue;
        return last;
    }

    private ulong* Words(byte* group) => (ulong*)(group + groups.ListOffset);

    private uint* Slots(byte* group) => (uint*)(group + groups.ListOffset + (8 * _capacity));
}
