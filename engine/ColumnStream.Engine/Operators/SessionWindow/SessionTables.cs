using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Keeps the open sessions of each key, newest first, finds the one a row belongs to, and merges those that meet.</summary>
/// <remarks>
/// <code>
/// heads      key → slot of the newest session; not in snapshots
/// sessions   key, start, last row's time, links (next older slot, slot of the head), birth (its first row's time), …
/// </code>
/// Sessions of a key lie more than a gap apart. A row that is in order belongs to the newest one or begins one: O(1). A row
/// out of order walks over the sessions that began behind it. Links are rebuilt after a restore.
/// </remarks>
internal sealed unsafe class SessionTables : IDisposable
{
    /// <summary>Names of the cells that come first in a session's row.</summary>
    public static readonly ValueList<string> Cells = ["start", "last", "links", "birth"];

    private readonly long _gapMs;
    private readonly BufferAllocator _account;
    private readonly int _start;
    private readonly int _last;
    private readonly int _links;
    private readonly int _birth;

    /// <summary>Makes tables for sessions of a layout whose first cells are <see cref="Cells"/>.</summary>
    public SessionTables(StateLayout layout, long gapMs, OperatorContext context)
    {
        _gapMs = gapMs;
        _account = context.Allocator;
        _start = layout.CellOffsets[0];
        _last = layout.CellOffsets[1];
        _links = layout.CellOffsets[2];
        _birth = layout.CellOffsets[3];
        Sessions = new KeyedState(
            "sessions", layout, context.Pages, context.Allocator, context.KeyGroups, isIndexed: false);
        HeadLayout = new StateLayout(layout.Keys, [new StateCell("newest", CellType.Int64)]);
        Heads = new StateTable(HeadLayout, context.Pages, context.Allocator);
        Sweep = new SessionSweep(gapMs, context.Allocator);
    }

    /// <summary>Gets the sessions.</summary>
    public KeyedState Sessions { get; }

    /// <summary>Gets the keys.</summary>
    public StateTable Heads { get; }

    /// <summary>Gets the layout of <see cref="Heads"/>, which keys are encoded for.</summary>
    public StateLayout HeadLayout { get; }

    /// <summary>Gets which sessions may end when.</summary>
    public SessionSweep Sweep { get; }

    /// <summary>Gets or sets what is called before a session is merged into another one: (kept row, slot, going row, slot).</summary>
    public MergeHandler? Merging { get; set; }

    /// <summary>Handles the merge of a session into another one of its key.</summary>
    public delegate void MergeHandler(byte* kept, uint keptSlot, byte* going, uint goingSlot);

    /// <summary>Returns a session's first row's time.</summary>
    public long StartOf(byte* session) => *(long*)(session + _start);

    /// <summary>Returns a session's last row's time and the gap: where the window ends.</summary>
    public long EndOf(byte* session) => *(long*)(session + _last) + _gapMs;

    /// <summary>Returns what tells a session from others of its key.</summary>
    public long BirthOf(byte* session) => *(long*)(session + _birth);

    /// <summary>Tells whether a session is the newest of its key.</summary>
    public bool IsNewest(byte* head, uint slot) => *Newest(head) == slot;

    /// <summary>Tells whether a key has no session.</summary>
    public bool IsEmpty(byte* head) => *Newest(head) == 0;

    /// <summary>Returns the session that a row at <paramref name="timeMs"/> belongs to, touched and grown; null when the row is late.</summary>
    /// <param name="head">The key's head.</param>
    /// <param name="headSlot">Its slot.</param>
    /// <param name="hash">The key's hash.</param>
    /// <param name="timeMs">The row's time.</param>
    /// <param name="passedMs">Windows up to this time have been given.</param>
    /// <param name="slot">The session's slot.</param>
    public byte* Resolve(byte* head, uint headSlot, ulong hash, long timeMs, long passedMs, out uint slot)
    {
        StateTable sessions = Sessions.Table;
        sessions.EnsureOpen();
        uint* link = Newest(head);
        uint* newerLink = null;
        byte* newer = null;
        for (slot = *link; slot != 0; slot = *link)
        {
            byte* row = sessions.Rows.Row(slot);
            if (timeMs > EndOf(row))
            {
                break;
            }

            if (timeMs >= StartOf(row) - _gapMs)
            {
                Grow(row, slot, timeMs);
                MergeNeighbours(row, slot, newer, newerLink, hash);
                return row;
            }

            newer = row;
            newerLink = link;
            link = (uint*)(row + _links);
        }

        if (timeMs + _gapMs - 1 <= passedMs)
        {
            slot = 0;
            return null;
        }

        return Begin(head, headSlot, hash, timeMs, link, out slot);
    }

    /// <summary>Takes a session out of its key's chain and deletes it; a key without sessions goes too.</summary>
    public void Remove(byte* session, uint slot, ulong hash)
    {
        uint headSlot = *(uint*)(session + _links + 4);
        byte* head = Heads.Rows.Row(headSlot);
        uint* link = Newest(head);
        while (*link != slot)
        {
            link = (uint*)(Sessions.Table.Rows.Row(*link) + _links);
        }

        *link = *(uint*)(session + _links);
        Sessions.Table.Delete(session, slot, hash);
        if (*Newest(head) == 0)
        {
            Heads.Delete(head, headSlot, hash);
        }
    }

    /// <summary>Deletes a key without sessions: its only row was late.</summary>
    public void RemoveHead(byte* head, uint headSlot, ulong hash) => Heads.Delete(head, headSlot, hash);

    /// <summary>Finds the session of a key that was born at a time, or null.</summary>
    public byte* Find(byte* head, long birthMs, out uint slot)
    {
        for (slot = *Newest(head); slot != 0;)
        {
            byte* row = Sessions.Table.Rows.Row(slot);
            if (BirthOf(row) == birthMs)
            {
                return row;
            }

            slot = *(uint*)(row + _links);
        }

        return null;
    }

    /// <summary>Finds the session of a key that holds a time, or null.</summary>
    public byte* Holding(byte* head, long timeMs)
    {
        for (uint slot = *Newest(head); slot != 0;)
        {
            byte* row = Sessions.Table.Rows.Row(slot);
            if (timeMs >= StartOf(row) && timeMs <= EndOf(row))
            {
                return row;
            }

            slot = *(uint*)(row + _links);
        }

        return null;
    }

    /// <summary>Links all sessions anew: they were restored.</summary>
    public void Relink()
    {
        Heads.Clear();
        Sweep.Clear();
        Sessions.Table.EnsureOpen();
        using var encoder = new KeyEncoder(HeadLayout, _account);
        StateTable sessions = Sessions.Table;
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        byte** heads = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        uint* headSlots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        uint next = 1;
        for (int count = sessions.NextLive(ref next, rows, slots); count > 0; count = sessions.NextLive(ref next, rows, slots))
        {
            FindHeads(encoder, rows, count, heads, headSlots, hashes);
            for (int i = 0; i < count; i++)
            {
                Insert(rows[i], slots[i], heads[i], headSlots[i]);
                Sweep.Add(slots[i], EndOf(rows[i]));
            }
        }
    }

    /// <summary>Finds or creates the heads of keys that stand in rows of another table with these keys first.</summary>
    public void FindHeads(
        KeyEncoder encoder, byte** rows, int count, byte** heads, uint* headSlots, ulong* hashes, StateLayout? layout = null)
    {
        layout ??= Sessions.Table.Layout;
        var columns = new ArrayData[HeadLayout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(layout, i, HeadLayout.Keys[i].Type, rows, count, _account);
        }

        HeadLayout.Hash(columns, count, hashes);
        encoder.Encode(columns, count);
        Heads.FindOrCreate(encoder, hashes, 0, count, heads, headSlots);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sessions.Dispose();
        Heads.Dispose();
        Sweep.Dispose();
    }

    private uint* Newest(byte* head) => (uint*)(head + HeadLayout.CellOffsets[0]);

    private void Grow(byte* row, uint slot, long timeMs)
    {
        RowStore rows = Sessions.Table.Rows;
        if (*(uint*)row != rows.Sequence)
        {
            rows.Touch(row, slot);
        }

        *(long*)(row + _last) = Math.Max(*(long*)(row + _last), timeMs);
        *(long*)(row + _start) = Math.Min(*(long*)(row + _start), timeMs);
    }

    /// <summary>Merges the neighbours that a session has grown to: at most the next newer and the next older one.</summary>
    private void MergeNeighbours(byte* row, uint slot, byte* newer, uint* newerLink, ulong hash)
    {
        StateTable sessions = Sessions.Table;
        if (newer is not null && StartOf(newer) <= EndOf(row))
        {
            uint going = *newerLink;
            Merge(row, slot, newer, going);
            *newerLink = slot;
            sessions.Delete(newer, going, hash);
        }

        uint olderSlot = *(uint*)(row + _links);
        byte* older = sessions.Rows.Row(olderSlot);
        if (olderSlot != 0 && EndOf(older) >= StartOf(row))
        {
            uint behind = *(uint*)(older + _links);
            Merge(row, slot, older, olderSlot);
            *(uint*)(row + _links) = behind;
            sessions.Delete(older, olderSlot, hash);
        }
    }

    private void Merge(byte* kept, uint keptSlot, byte* going, uint goingSlot)
    {
        Merging?.Invoke(kept, keptSlot, going, goingSlot);
        *(long*)(kept + _last) = Math.Max(*(long*)(kept + _last), *(long*)(going + _last));
        *(long*)(kept + _start) = Math.Min(*(long*)(kept + _start), *(long*)(going + _start));
        Sessions.Table.Rows.Touch(going, goingSlot);
    }

    private byte* Begin(byte* head, uint headSlot, ulong hash, long timeMs, uint* link, out uint slot)
    {
        StateTable sessions = Sessions.Table;
        byte* row = sessions.FindOrCreate((ulong*)(head + StateLayout.HeaderBytes), (ushort*)(head + 6), hash, out slot);
        *(long*)(row + _start) = timeMs;
        *(long*)(row + _last) = timeMs;
        *(long*)(row + _birth) = timeMs;
        *(uint*)(row + _links) = *link;
        *(uint*)(row + _links + 4) = headSlot;
        *link = slot;
        Sweep.Add(slot, timeMs + _gapMs);
        return row;
    }

    private void Insert(byte* row, uint slot, byte* head, uint headSlot)
    {
        uint* link = Newest(head);
        while (*link != 0 && StartOf(Sessions.Table.Rows.Row(*link)) > StartOf(row))
        {
            link = (uint*)(Sessions.Table.Rows.Row(*link) + _links);
        }

        *(uint*)(row + _links) = *link;
        *(uint*)(row + _links + 4) = headSlot;
        *link = slot;
    }
}
