using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Collects the sessions that have ended and hands them out by end, in chunks.</summary>
internal sealed unsafe class SessionFiring(SessionTables tables, BufferAllocator account, Action trim) : IDisposable
{
    private const int RowsOfTrim = 64;
    private readonly NativeList<uint> _taken = new(account);
    private readonly NativeList<long> _ends = new(account);
    private readonly NativeList<uint> _slots = new(account);
    private readonly NativeList<nint> _rows = new(account);
    private readonly NativeList<nint> _live = new(account);
    private readonly NativeList<ulong> _hashes = new(account);
    private int _next;

    /// <summary>Finds the sessions whose end has passed; those that went on wait for their end.</summary>
    public void Begin(long passedMs)
    {
        _next = 0;
        _taken.Count = 0;
        _ends.Count = 0;
        _slots.Count = 0;
        tables.Sweep.Take(passedMs, _taken);
        RowStore rows = tables.Sessions.Table.Rows;
        for (int i = 0; i < _taken.Count; i++)
        {
            if (i % RowsOfTrim == RowsOfTrim - 1)
            {
                trim();
            }

            uint slot = _taken.Pointer[i];
            if (!rows.IsLive(slot))
            {
                continue;
            }

            long end = tables.EndOf(rows.Row(slot));
            if (end - 1 <= passedMs)
            {
                _ends.Add(end);
                _slots.Add(slot);
            }
            else
            {
                tables.Sweep.Add(slot, end);
            }
        }

        new Span<long>(_ends.Pointer, _ends.Count).Sort(new Span<uint>(_slots.Pointer, _slots.Count));
        DropRepeated();
    }

    /// <summary>Returns the next sessions, at most <paramref name="most"/>.</summary>
    public int Next(int most, out byte** rows, out uint* slots)
    {
        int count = Math.Min(most, _slots.Count - _next);
        slots = _slots.Pointer + _next;
        _rows.Count = 0;
        rows = (byte**)_rows.Reserve(Math.Max(1, count));
        for (int i = 0; i < count; i++)
        {
            rows[i] = tables.Sessions.Table.Rows.Row(slots[i]);
        }

        _next += count;
        return count;
    }

    /// <summary>Returns those of the last sessions that have a row left.</summary>
    public int Select(int rowCountOffset, int count, out byte** live)
    {
        if (rowCountOffset < 0)
        {
            live = (byte**)_rows.Pointer;
            return count;
        }

        _live.Count = 0;
        for (int i = 0; i < count; i++)
        {
            if (*(long*)((byte*)_rows.Pointer[i] + rowCountOffset) > 0)
            {
                _live.Add(_rows.Pointer[i]);
            }
        }

        live = (byte**)_live.Pointer;
        return _live.Count;
    }

    /// <summary>Hashes the keys of sessions.</summary>
    public ulong* Hash(StateLayout layout, byte** rows, int count)
    {
        _hashes.Count = 0;
        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        RowColumns.Hash(layout, rows, count, hashes, account);
        return hashes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _taken.Dispose();
        _ends.Dispose();
        _slots.Dispose();
        _rows.Dispose();
        _live.Dispose();
        _hashes.Dispose();
    }

    /// <summary>Puts sessions of one end in the order of their slots, and drops slots that stand in the sweep twice.</summary>
    /// <remarks>The slot of a session that was merged away may have been given to another one.</remarks>
    private void DropRepeated()
    {
        int kept = 0;
        for (int i = 0; i < _slots.Count;)
        {
            int end = i + 1;
            while (end < _slots.Count && _ends.Pointer[end] == _ends.Pointer[i])
            {
                end++;
            }

            new Span<uint>(_slots.Pointer + i, end - i).Sort();
            for (int first = i; i < end; i++)
            {
                if (i == first || _slots.Pointer[i] != _slots.Pointer[i - 1])
                {
                    _slots.Pointer[kept++] = _slots.Pointer[i];
                }
            }
        }

        _slots.Count = kept;
    }
}
