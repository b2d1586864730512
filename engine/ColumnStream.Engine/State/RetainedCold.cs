using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Moves segments of <see cref="RetainedRows"/> that memory has no room for into cold rows, and gathers out of both.</summary>
/// <remarks>A cold segment's rows stand in <see cref="ColdRows"/>, links too, and stay there.</remarks>
internal sealed unsafe class RetainedCold(
    RetainedSegments segments, Schema schema, StatePool pages, BufferAllocator account, StateSpill? spill) : IDisposable
{
    private const long LeastClosedBytes = 1 << 18;
    private const uint RowMask = RetainedColumn.SegmentRows - 1;
    private readonly NativeList<uint> _cooled = new(account);
    private readonly NativeList<nint> _coldRows = new(account);
    private readonly NativeList<uint> _hotSlots = new(account);
    private readonly NativeList<int> _order = new(account);
    private ColdRows? _rows;
    private int _nextHot = 1;

    /// <summary>Gets whether rows went from memory once.</summary>
    public bool IsAny => _rows is not null;

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => _rows?.Table.Bytes ?? 0;

    /// <summary>Gets the bytes on disk.</summary>
    public long SpilledBytes => _rows?.Table.SpilledBytes ?? 0;

    /// <summary>Returns where the link of a cold row stands; good until the element ends.</summary>
    public uint* Link(uint slot) => _rows!.Link(Row(slot));

    /// <summary>Moves segments, oldest first, and these to disk. The newest rows stay, unless nothing else is left.</summary>
    public void Evict(long wantedBytes, bool evenUsed)
    {
        while (wantedBytes > 0)
        {
            while (_nextHot < segments.Count
                && (segments[_nextHot].Rows == 0 || segments[_nextHot].FirstCold > 0))
            {
                _nextHot++;
            }

            bool isLast = _nextHot >= segments.Count - 1;
            if (_nextHot >= segments.Count || (isLast && !evenUsed)
                || (_nextHot == segments.Open && !MayCloseSegment()))
            {
                return;
            }

            wantedBytes -= Cool(_nextHot);
        }
    }

    /// <summary>Limits the rows that are read at once to those for which there is room.</summary>
    public int MostRows(int most)
    {
        long bytesPerRow = Math.Max(1, (_rows!.Table.Bytes + _rows.Table.SpilledBytes) / Math.Max(1, _rows.Table.Count));
        return (int)Math.Clamp(spill!.LimitBytes / 64 / bytesPerRow, 1, Math.Max(1, most));
    }

    /// <summary>Makes a column of rows some of which are cold: of either kind by itself, then in their order.</summary>
    public ArrayData Column(int column, uint* slots, int count)
    {
        var cold = (byte**)_coldRows.Reserve(Math.Max(1, count));
        uint* hot = _hotSlots.Reserve(Math.Max(1, count));
        int* order = _order.Reserve(Math.Max(1, count));
        int hotCount = 0;
        int coldCount = 0;
        for (int i = 0; i < count; i++)
        {
            bool isCold = segments.Links[slots[i] >> RetainedColumn.SegmentBits] == null;
            order[i] = isCold ? ~coldCount : hotCount;
            if (isCold)
            {
                cold[coldCount++] = Row(slots[i]);
            }
            else
            {
                hot[hotCount++] = slots[i];
            }
        }

        if (coldCount == 0)
        {
            return segments.Gather(column, slots, count);
        }

        ArrayData coldPart = _rows!.Column(column, cold, coldCount);
        if (hotCount == 0)
        {
            return coldPart;
        }

        ArrayData? hotPart = null;
        ArrayData? both = null;
        try
        {
            hotPart = segments.Gather(column, hot, hotCount);
            both = ArrayConcat.Concat([hotPart, coldPart], account);
            for (int i = 0; i < count; i++)
            {
                order[i] = order[i] < 0 ? hotCount + ~order[i] : order[i];
            }

            return TakeKernel.Take(both, new ReadOnlySpan<int>(order, count), account);
        }
        finally
        {
            coldPart.Release();
            hotPart?.Release();
            both?.Release();
        }
    }

    /// <summary>Drops all rows.</summary>
    public void Clear()
    {
        _rows?.Clear();
        _rows = null;
        _nextHot = 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _cooled.Dispose();
        _coldRows.Dispose();
        _hotSlots.Dispose();
        _order.Dispose();
    }

    private byte* Row(uint slot) =>
        _rows!.Row(segments[(int)(slot >> RetainedColumn.SegmentBits)].FirstCold + (slot & RowMask));

    private bool MayCloseSegment()
    {
        int open = segments.Open;
        if (open == segments.Count - 1 && segments[open].Rows < RetainedSegments.LeastWholeRows
            && !spill!.IsEager && segments.Bytes + Bytes < LeastClosedBytes)
        {
            return false;
        }

        segments.Close();
        return true;
    }

    /// <summary>Moves the rows of a segment into cold rows, and as many bytes of these to disk; returns the bytes of the segment.</summary>
    private long Cool(int number)
    {
        _rows ??= new ColdRows(schema, pages, account);
        RetainedSegment segment = segments[number];
        long first = 0;
        var columns = new ArrayData[segments.ColumnCount];
        for (int at = 0; at < segment.Rows; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, segment.Rows - at);
            uint* slots = _cooled.Reserve(count);
            RetainedSegments.Number(slots, number, at, count);
            long before = _rows.Table.Bytes;
            int made = 0;
            try
            {
                for (; made < columns.Length; made++)
                {
                    columns[made] = segments.Gather(made, slots, count);
                }

                long row = _rows.Append(columns, count, (uint*)segment.Links!.Pointer + at);
                first = at == 0 ? row : first;
            }
            finally
            {
                for (int i = 0; i < made; i++)
                {
                    columns[i].Release();
                }
            }

            _rows.Table.Evict(_rows.Table.Bytes - before, evenUsed: true, index: false);
        }

        segment.FirstCold = first;
        return Math.Max(1, segments.Drop(number));
    }
}
