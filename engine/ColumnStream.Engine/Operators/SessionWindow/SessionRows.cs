using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Keeps the rows of open sessions whole, equal ones once with their number, chained from their session in order.</summary>
/// <remarks>
/// <code>
/// rows  key, all columns → how often, next row of the session, 1 when chained
/// </code>
/// Links are slots and are rebuilt after a restore. A row that was taken back stays in its chain until the session ends.
/// </remarks>
internal sealed unsafe class SessionRows : IDisposable
{
    private static readonly ValueList<StateCell> Counted =
    [
        new("count", CellType.Int64), new("next", CellType.Int64), new("chained", CellType.Int64),
    ];

    private readonly SessionTables _sessions;
    private readonly StateLayout _layout;
    private readonly int _keyCount;
    private readonly int _count;
    private readonly int _next;
    private readonly int _chained;
    private readonly int _first;
    private readonly int _last;
    private readonly int _time;
    private readonly WindowTime? _clock;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _hashes;
    private readonly BufferAllocator _account;

    /// <summary>Makes an empty table.</summary>
    /// <param name="sessions">The sessions, whose last two cells hold the ends of the chain.</param>
    /// <param name="input">The rows' columns.</param>
    /// <param name="window">The windows; the time column holds each row's time.</param>
    /// <param name="time">Makes local time of instants.</param>
    /// <param name="context">Pays.</param>
    public SessionRows(SessionTables sessions, Schema input, WindowSpec window, WindowTime time, OperatorContext context)
    {
        _sessions = sessions;
        _account = context.Allocator;
        StateLayout session = sessions.Sessions.Table.Layout;
        _keyCount = session.Keys.Count;
        _layout = new StateLayout([.. session.Keys, .. input.Fields], Counted, _keyCount);
        _count = _layout.CellOffsets[0];
        _next = _layout.CellOffsets[1];
        _chained = _layout.CellOffsets[2];
        _first = session.CellOffsets[^2];
        _last = session.CellOffsets[^1];
        _time = _keyCount + window.TimeColumn;
        _clock = window.IsProctime ? time : null;
        _encoder = new KeyEncoder(_layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        State = new KeyedState("rows", _layout, context.Pages, context.Allocator, context.KeyGroups);
    }

    /// <summary>Gets the rows.</summary>
    public KeyedState State { get; }

    /// <summary>Encodes a batch: its keys, then its columns.</summary>
    public void Prepare(ReadOnlySpan<ArrayData> columns, int length)
    {
        _hashes.Count = 0;
        _layout.Hash(columns, length, _hashes.Reserve(Math.Max(1, length)));
        _encoder.Encode(columns, length);
    }

    /// <summary>Adds rows of the batch, at most a block, to their sessions, as often as their sign says.</summary>
    public void Add(int at, int count, byte** sessions, sbyte* signs)
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        State.Table.FindOrCreate(_encoder, _hashes.Pointer, at, count, rows, slots);
        State.Table.Touch(rows, slots, _hashes.Pointer + at, count);
        for (int i = 0; i < count; i++)
        {
            *(long*)(rows[i] + _count) += signs is null ? 1 : signs[i];
            if (*(long*)(rows[i] + _chained) == 0)
            {
                Append(sessions[i], rows[i], slots[i]);
            }
        }
    }

    /// <summary>Moves the rows of a session behind those of another one.</summary>
    public void Merge(byte* kept, byte* going)
    {
        long first = *(long*)(going + _first);
        if (first == 0)
        {
            return;
        }

        if (*(long*)(kept + _first) == 0)
        {
            *(long*)(kept + _first) = first;
        }
        else
        {
            *(long*)(State.Table.Rows.Row((uint)*(long*)(kept + _last)) + _next) = first;
        }

        *(long*)(kept + _last) = *(long*)(going + _last);
    }

    /// <summary>Returns the slot of a session's first row, or 0.</summary>
    public uint First(byte* session) => (uint)*(long*)(session + _first);

    /// <summary>Returns a row, how often it is there, and the slot of the one behind it.</summary>
    public byte* Row(uint slot, out long count, out uint next)
    {
        byte* row = State.Table.Rows.Row(slot);
        count = Math.Max(0, *(long*)(row + _count));
        next = (uint)*(long*)(row + _next);
        return row;
    }

    /// <summary>Makes column <paramref name="column"/> of the input from rows.</summary>
    public ArrayData Column(int column, byte** rows, int count) =>
        RowColumns.Key(_layout, _keyCount + column, _layout.Keys[_keyCount + column].Type, rows, count, _account);

    /// <summary>Deletes rows.</summary>
    public void Delete(byte** rows, uint* slots, int count)
    {
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        for (int at = 0; at < count; at += StateTable.BlockRows)
        {
            int block = Math.Min(StateTable.BlockRows, count - at);
            RowColumns.Hash(_layout, rows + at, block, hashes, _account);
            for (int i = 0; i < block; i++)
            {
                State.Table.Delete(rows[at + i], slots[at + i], hashes[i]);
            }
        }
    }

    /// <summary>Chains all rows anew, in the order of their slots: they were restored.</summary>
    public void Relink()
    {
        uint next = 1;
        StateTable sessions = _sessions.Sessions.Table;
        for (byte* row = sessions.WalkLive(ref next); row is not null; row = sessions.WalkLive(ref next))
        {
            *(long*)(row + _first) = 0;
            *(long*)(row + _last) = 0;
        }

        using var encoder = new KeyEncoder(_sessions.HeadLayout, _account);
        byte** heads = stackalloc byte*[1];
        uint* headSlots = stackalloc uint[1];
        ulong* hashes = stackalloc ulong[1];
        long units = WindowMath.UnitsPerMs(_layout.Keys[_time].Type);
        next = 1;
        for (byte* row = State.Table.WalkLive(ref next); row is not null; row = State.Table.WalkLive(ref next))
        {
            byte* one = row;
            _sessions.FindHeads(encoder, &one, 1, heads, headSlots, hashes, _layout);
            long time = WindowMath.FloorDivide(*(long*)(row + _layout.KeyOffsets[_time]), units);
            byte* session = _sessions.Holding(heads[0], _clock?.Local(time) ?? time);
            if (session is not null)
            {
                Append(session, row, next - 1);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _encoder.Dispose();
        _hashes.Dispose();
    }

    private void Append(byte* session, byte* row, uint slot)
    {
        *(long*)(row + _chained) = 1;
        *(long*)(row + _next) = 0;
        if (*(long*)(session + _first) == 0)
        {
            *(long*)(session + _first) = slot;
        }
        else
        {
            *(long*)(State.Table.Rows.Row((uint)*(long*)(session + _last)) + _next) = slot;
        }

        *(long*)(session + _last) = slot;
    }
}
