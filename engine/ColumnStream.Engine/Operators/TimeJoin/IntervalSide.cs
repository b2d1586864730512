using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps the rows of one side of an interval join, which of them found a match, and until when each is kept.</summary>
/// <remarks>Rows of an outer side may come out alone, so they go one by one in the order of time; others go in blocks.</remarks>
internal sealed unsafe class IntervalSide : IDisposable
{
    private readonly TimeHeap? _exact;
    private readonly TimeBlocks? _blocks;
    private readonly int _matched = -1;

    /// <summary>Makes an empty side.</summary>
    /// <param name="name">The name in checkpoints.</param>
    /// <param name="schema">The side's columns.</param>
    /// <param name="keys">Those that are the key.</param>
    /// <param name="timeColumn">The one that is the time, or −1: a row has the time at which it arrives.</param>
    /// <param name="isOuter">Whether rows come out when nothing matches them.</param>
    /// <param name="context">The operator's context.</param>
    public IntervalSide(string name, Schema schema, ValueList<int> keys, int timeColumn, bool isOuter, OperatorContext context)
    {
        Keys = keys;
        TimeColumn = timeColumn;
        IsOuter = isOuter;
        var cells = new List<StateCell>();
        if (timeColumn < 0)
        {
            cells.Add(new StateCell("time", CellType.Int64));
        }

        if (isOuter)
        {
            cells.Add(new StateCell("matched", CellType.Int64));
            _exact = new TimeHeap(context.Allocator);
        }
        else
        {
            _blocks = new TimeBlocks();
        }

        Rows = new ChainedRows(name, schema, keys, ValueList.From(cells), context);
        Rows.OrderOffset = timeColumn < 0 ? Rows.CellOffset(0) : Rows.OffsetOf(timeColumn);
        _matched = isOuter ? Rows.CellOffset(cells.Count - 1) : -1;
    }

    /// <summary>Gets the rows.</summary>
    public ChainedRows Rows { get; }

    /// <summary>Gets the key columns.</summary>
    public ValueList<int> Keys { get; }

    /// <summary>Gets the time column, or −1.</summary>
    public int TimeColumn { get; }

    /// <summary>Gets whether rows come out when nothing matches them.</summary>
    public bool IsOuter { get; }

    /// <summary>Gets or sets up to which time no match of this side's rows is to come.</summary>
    public long Expired { get; set; } = long.MinValue;

    /// <summary>Returns the times of a batch's rows, or null where rows have the time at which they arrive.</summary>
    public long* Times(RecordBatch rows) => TimeColumn < 0 ? null : (long*)((FixedWidthArray)rows.Columns[TimeColumn]).Pointer;

    /// <summary>Lists a row that came, to go when its time has expired.</summary>
    public void Expect(long time, uint slot)
    {
        if (_exact is not null)
        {
            _exact.Add(time, slot);
        }
        else
        {
            _blocks!.Add(time, slot);
        }
    }

    /// <summary>Removes and gives a listed row whose time has expired.</summary>
    public bool TryPop(out uint slot) =>
        _exact is not null ? _exact.TryPop(Expired, out slot) : _blocks!.TryPop(Expired, out slot);

    /// <summary>Lists all rows anew, as after a restore.</summary>
    public void Relist()
    {
        _exact?.Clear();
        _blocks?.Clear();
        uint next = 1;
        for (byte* row = Rows.Table.WalkLive(ref next); row is not null; row = Rows.Table.WalkLive(ref next))
        {
            Expect(*(long*)(row + Rows.OrderOffset), next - 1);
        }
    }

    /// <summary>Returns whether a row needs to come out alone when it goes.</summary>
    public bool IsAlone(byte* row) => IsOuter && *(long*)(row + _matched) == 0;

    /// <summary>Notes that a row has a match.</summary>
    public void SetMatched(byte* row)
    {
        long* matched = (long*)(row + _matched);
        if (*matched == 0)
        {
            Rows.Touch(row);
            *matched = 1;
        }
    }

    /// <summary>Returns in how long the next rows go by the clock, when each is kept for <paramref name="keptMs"/>; the greatest number for never.</summary>
    /// <remarks>Blocks are looked at once in the time for which rows are kept.</remarks>
    public long WaitMs(long nowMs, long keptMs) =>
        _exact is { Count: > 0 } ? Math.Max(1, _exact.Earliest + keptMs - nowMs + 1)
        : _blocks is { Count: > 0 } ? Math.Max(1, keptMs + 1) : long.MaxValue;

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        _exact?.Dispose();
    }
}
