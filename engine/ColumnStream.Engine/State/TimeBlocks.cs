using System;
using System.Collections.Generic;

namespace ColumnStream.Engine.State;

/// <summary>Gives slots back in blocks as they came, once the latest time of a block has passed: for rows that may stay a little longer.</summary>
/// <remarks>A row costs 4 bytes and no compare but with the block's latest time; one far ahead keeps 1,023 others at most.</remarks>
internal sealed class TimeBlocks
{
    private const int BlockSlots = 1024;
    private readonly List<Block> _blocks = [];
    private readonly Stack<Block> _free = new();
    private Block? _open;
    private Block? _given;
    private int _next;
    private long _firstEnd = long.MaxValue;

    /// <summary>Gets the number of slots.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a slot.</summary>
    public void Add(long time, uint slot)
    {
        Block? open = _open;
        if (open is null || open.Count == BlockSlots)
        {
            if (open is not null)
            {
                _firstEnd = Math.Min(_firstEnd, open.Latest);
            }

            open = _free.TryPop(out Block? free) ? free : new Block();
            open.Count = 0;
            open.Latest = long.MinValue;
            _open = open;
            _blocks.Add(open);
        }

        open.Slots[open.Count++] = slot;
        open.Latest = Math.Max(open.Latest, time);
        Count++;
    }

    /// <summary>Removes and gives a slot of a block whose times are all at most <paramref name="latest"/>.</summary>
    public bool TryPop(long latest, out uint slot)
    {
        slot = 0;
        if (_given is null && !TryTake(latest))
        {
            return false;
        }

        slot = _given!.Slots[_next++];
        Count--;
        if (_next == _given.Count)
        {
            _free.Push(_given);
            _given = null;
        }

        return true;
    }

    /// <summary>Forgets all slots.</summary>
    public void Clear()
    {
        _blocks.Clear();
        _open = null;
        _given = null;
        Count = 0;
        _firstEnd = long.MaxValue;
    }

    private bool TryTake(long latest)
    {
        if (latest < _firstEnd && (_open is null || latest < _open.Latest))
        {
            return false;
        }

        long first = long.MaxValue;
        for (int i = 0; i < _blocks.Count; i++)
        {
            Block block = _blocks[i];
            if (block.Latest <= latest)
            {
                _blocks[i] = _blocks[^1];
                _blocks.RemoveAt(_blocks.Count - 1);
                _open = block == _open ? null : _open;
                _given = block;
                _next = 0;
                return true;
            }

            first = block == _open ? first : Math.Min(first, block.Latest);
        }

        _firstEnd = first;
        return false;
    }

    private sealed class Block
    {
        public uint[] Slots { get; } = new uint[BlockSlots];

        public int Count { get; set; }

        public long Latest { get; set; }
    }
}
