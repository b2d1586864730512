using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Keeps the rows of sessions until they end, and passes them on with the bounds, which are known only then.</summary>
internal sealed unsafe class SessionAssignOperator(WindowAssignNode node) : WindowOperator(node.Window)
{
    private readonly Schema _schema = node.OutputSchema();
    private SessionTables _tables = null!;
    private SessionRows _rows = null!;
    private SessionFiring _firing = null!;
    private KeyEncoder _encoder = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<sbyte> _signs = null!;
    private NativeList<nint> _chunk = null!;
    private NativeList<nint> _owners = null!;
    private NativeList<nint> _done = null!;
    private NativeList<uint> _doneSlots = null!;
    private ArrayData[] _keys = [];
    private ArrayData[] _columns = [];
    private FixedWidthArray? _came;
    private long _now;
    private byte* _session;
    private uint _sessionSlot;
    private uint _next;
    private long _given;

    protected override void OpenWindows()
    {
        Schema input = Context.Inputs[0];
        var fields = new Field[Window.Partition.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = input.Fields[Window.Partition[i]];
        }

        var cells = new List<StateCell>();
        foreach (string name in (ValueList<string>)[.. SessionTables.Cells, "first_row", "last_row"])
        {
            cells.Add(new StateCell(name, CellType.Int64));
        }

        var layout = new StateLayout(ValueList.Create<Field>(fields), ValueList.From(cells));
        _tables = Own(new SessionTables(layout, Window.SizeMs, Context));
        _rows = Own(new SessionRows(_tables, input, Window, Time, Context));
        _tables.Merging = (kept, _, going, _) => _rows.Merge(kept, going);
        _firing = Own(new SessionFiring(_tables, Context.Allocator, Context.Trim));
        _encoder = Own(new KeyEncoder(_tables.HeadLayout, Context.Allocator));
        _hashes = Own(new NativeList<ulong>(Context.Allocator));
        _signs = Own(new NativeList<sbyte>(Context.Allocator));
        _chunk = Own(new NativeList<nint>(Context.Allocator));
        _owners = Own(new NativeList<nint>(Context.Allocator));
        _done = Own(new NativeList<nint>(Context.Allocator));
        _doneSlots = Own(new NativeList<uint>(Context.Allocator));
        _keys = new ArrayData[fields.Length];
        _columns = new ArrayData[fields.Length + input.Fields.Count];
        StateList.Add(_tables.Sessions);
        StateList.Add(_rows.State);
    }

    protected override void Relink()
    {
        _tables.Relink();
        _rows.Relink();
    }

    protected override void Fold(ref StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        var column = (FixedWidthArray)rows.Columns[Window.TimeColumn];
        long now = 0;
        if (Window.IsProctime)
        {
            // Where the clock went back the row holds the time that it counts at: it is found by it behind a restore.
            _now = Time.NowInstant();
            now = TimeAt(_now);
            _now = now == Time.Local(_now) ? _now : Time.Instant(now);
        }

        Prepare(rows, batch.Kinds);
        long units = WindowMath.UnitsPerMs(column.Type);
        var values = (long*)column.Pointer;
        byte** heads = stackalloc byte*[StateTable.BlockRows];
        uint* headSlots = stackalloc uint[StateTable.BlockRows];
        byte** sessions = stackalloc byte*[StateTable.BlockRows];
        for (int at = 0; at < rows.Length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, rows.Length - at);
            int keyed = _keys.Length == 0 ? 1 : count;
            _tables.Heads.FindOrCreate(_encoder, _hashes.Pointer, at, keyed, heads, headSlots);
            int from = 0;
            for (int i = 0; i < count; i++)
            {
                int key = _keys.Length == 0 ? 0 : i;
                long time = Window.IsProctime ? now : WindowMath.FloorDivide(values[at + i], units);
                ulong hash = _hashes.Pointer[at + key];
                sessions[i] = _tables.Resolve(heads[key], headSlots[key], hash, time, Fired.Value, out _);
                if (sessions[i] is null)
                {
                    Late.Add(at + i);
                    Keep(at, from, i, sessions);
                    from = i + 1;
                }
                else
                {
                    // A merge may delete a session that earlier rows of the block are to go to.
                    Keep(at, i, i + 1, sessions);
                    from = i + 1;
                }
            }

            DropEmpty(at, keyed, heads, headSlots);
        }
    }

    protected override void Forget()
    {
        Array.Clear(_keys);
        Array.Clear(_columns);
        _came?.Release();
        _came = null;
    }

    protected override void Begin() => _firing.Begin(Target);

    protected override StreamBatch? Next(out bool isLast)
    {
        isLast = Collect();
        StreamBatch? chunk = _chunk.Count > 0 ? new StreamBatch(Build()) : null;
        Drop();
        return chunk;
    }

    protected override long? NextEnd() => _tables.Sweep.LeastEnd;

    private void Keep(int at, int from, int end, byte** sessions)
    {
        if (end > from)
        {
            sbyte* signs = _signs.Count == 0 ? null : _signs.Pointer + at + from;
            _rows.Add(at + from, end - from, sessions + from, signs);
        }
    }

    /// <summary>Deletes keys that only late rows had.</summary>
    private void DropEmpty(int at, int count, byte** heads, uint* headSlots)
    {
        for (int i = 0; i < count; i++)
        {
            if ((heads[i][4] & RowStore.Dead) == 0 && _tables.IsEmpty(heads[i]))
            {
                _tables.RemoveHead(heads[i], headSlots[i], _hashes.Pointer[at + i]);
            }
        }
    }

    private void Prepare(RecordBatch rows, RowKind* kinds)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = rows.Columns[Window.Partition[i]];
            _columns[i] = _keys[i];
        }

        rows.Columns.CopyTo(_columns.AsSpan(_keys.Length));
        if (Window.IsProctime)
        {
            // The attribute becomes a value here: the instant at which the row came.
            NativeBuffer values = Context.Allocator.Allocate(rows.Length * 8L);
            new Span<long>(values.Pointer, rows.Length).Fill(_now);
            DataType type = rows.Columns[Window.TimeColumn].Type;
            _came = new FixedWidthArray(type, rows.Length, values, null);
            _columns[_keys.Length + Window.TimeColumn] = _came;
        }

        _hashes.Count = 0;
        _tables.HeadLayout.Hash(_keys, rows.Length, _hashes.Reserve(rows.Length));
        _encoder.Encode(_keys, rows.Length);
        _rows.Prepare(_columns, rows.Length);
        _signs.Count = 0;
        for (int i = 0; kinds is not null && i < rows.Length; i++)
        {
            _signs.Add(kinds[i] is RowKind.Insert or RowKind.UpdateAfter ? (sbyte)1 : (sbyte)-1);
        }
    }

    /// <summary>Collects rows until a chunk is full; returns whether no session is left.</summary>
    private bool Collect()
    {
        _chunk.Count = 0;
        _owners.Count = 0;
        _done.Count = 0;
        _doneSlots.Count = 0;
        while (_chunk.Count < ChunkRows)
        {
            if (_session is null)
            {
                if (_firing.Next(1, out byte** rows, out uint* slots) == 0)
                {
                    return true;
                }

                _session = rows[0];
                _sessionSlot = slots[0];
                _next = _rows.First(_session);
                _given = 0;
            }

            if (_next == 0)
            {
                // Goes with the last of its rows, whose chunk is built first.
                _done.Add((nint)_session);
                _doneSlots.Add(0);
                _doneSlots.Add(_sessionSlot);
                _session = null;
                continue;
            }

            byte* row = _rows.Row(_next, out long count, out uint behind);
            for (; _given < count && _chunk.Count < ChunkRows; _given++)
            {
                _chunk.Add((nint)row);
                _owners.Add((nint)_session);
            }

            if (_given == count)
            {
                _done.Add((nint)row);
                _doneSlots.Add(_next);
                _next = behind;
                _given = 0;
            }
        }

        return false;
    }

    /// <summary>Deletes the rows and sessions that are done.</summary>
    private void Drop()
    {
        int slot = 0;
        for (int i = 0; i < _done.Count; i++)
        {
            byte* row = (byte*)_done.Pointer[i];
            uint rowSlot = _doneSlots.Pointer[slot++];
            if (rowSlot != 0)
            {
                _rows.Delete(&row, &rowSlot, 1);
                continue;
            }

            uint sessionSlot = _doneSlots.Pointer[slot++];
            ulong hash = _firing.Hash(_tables.Sessions.Table.Layout, &row, 1)[0];
            _tables.Remove(row, sessionSlot, hash);
        }
    }

    private RecordBatch Build()
    {
        int count = _chunk.Count;
        var columns = new ArrayData[_schema.Fields.Count];
        int inputs = columns.Length - 3;
        for (int i = 0; i < inputs; i++)
        {
            columns[i] = _rows.Column(i, (byte**)_chunk.Pointer, count);
        }

        SessionColumns.Fill(columns, inputs, _schema, _tables, (byte**)_owners.Pointer, count, Time, Context.Allocator);
        return new RecordBatch(_schema, columns, count);
    }
}
