using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Keeps the rows of sessions until they end, and passes them on with the bounds, which are known only then.</summary>
internal sealed unsafe class SessionAssignOperator(WindowAssignNode node) : Operator
{
    private const int ChunkRows = 4096;
    private OperatorContext _context = null!;
    private WindowTime _time = null!;
    private LateRowList _late = null!;
    private SessionTables _tables = null!;
    private SessionRows _rows = null!;
    private SessionFiring _firing = null!;
    private ProgressState _fired = null!;
    private KeyEncoder _encoder = null!;
    private NativeList<ulong> _hashes = null!;
    private NativeList<sbyte> _signs = null!;
    private NativeList<nint> _chunk = null!;
    private NativeList<nint> _owners = null!;
    private NativeList<nint> _done = null!;
    private NativeList<uint> _doneSlots = null!;
    private Schema _schema = null!;
    private ArrayData[] _keys = [];
    private ArrayData[] _columns = [];
    private FixedWidthArray? _came;
    private long _now;
    private byte* _session;
    private uint _sessionSlot;
    private uint _next;
    private long _given;
    private long _target;
    private bool _isFiring;
    private int _restores;

    public override IReadOnlyList<OperatorState> States => [_fired, _tables.Sessions, _rows.State];

    public override bool HasMore => _isFiring;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _time = new WindowTime(node.Window, context);
        _late = new LateRowList(context);
        _schema = node.OutputSchema();
        Schema input = context.Inputs[0];
        var fields = new Field[node.Window.Partition.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = input.Fields[node.Window.Partition[i]];
        }

        var cells = new List<StateCell>();
        foreach (string name in (ValueList<string>)[.. SessionTables.Cells, "first_row", "last_row"])
        {
            cells.Add(new StateCell(name, CellType.Int64));
        }

        var layout = new StateLayout(ValueList.Create<Field>(fields), ValueList.From(cells));
        _tables = new SessionTables(layout, node.Window.SizeMs, context);
        _rows = new SessionRows(_tables, input, node.Window, _time, context);
        _tables.Merging = (kept, _, going, _) => _rows.Merge(kept, going);
        _firing = new SessionFiring(_tables, context.Allocator);
        _fired = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _encoder = new KeyEncoder(_tables.HeadLayout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _signs = new NativeList<sbyte>(context.Allocator);
        _chunk = new NativeList<nint>(context.Allocator);
        _owners = new NativeList<nint>(context.Allocator);
        _done = new NativeList<nint>(context.Allocator);
        _doneSlots = new NativeList<uint>(context.Allocator);
        _keys = new ArrayData[fields.Length];
        _columns = new ArrayData[fields.Length + input.Fields.Count];
        if (node.Window.IsProctime)
        {
            _time.WakeIn(1);
        }
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            if (batch.Rows.Length > 0)
            {
                Add(batch);
            }
        }
        finally
        {
            Array.Clear(_keys);
            Array.Clear(_columns);
            _came?.Release();
            _came = null;
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        if (!node.Window.IsProctime)
        {
            FireTo(_time.Passed(watermarkMs), output);
        }

        return watermarkMs;
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        _time.Woken();
        FireTo(_time.PassedNow(), output);
    }

    public override void Finish(Collector output)
    {
        if (node.Window.IsProctime)
        {
            FireTo(Watermark.Max, output);
        }
    }

    public override void Continue(Collector output) => Fire(output);

    protected override void Dispose(bool disposing)
    {
        _tables?.Dispose();
        _late?.Dispose();
        _rows?.Dispose();
        _firing?.Dispose();
        _encoder?.Dispose();
        _hashes?.Dispose();
        _signs?.Dispose();
        _chunk?.Dispose();
        _owners?.Dispose();
        _done?.Dispose();
        _doneSlots?.Dispose();
    }

    private void Add(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        var column = (FixedWidthArray)rows.Columns[node.Window.TimeColumn];
        if (!node.Window.IsProctime && column.NullCount > 0)
        {
            string name = rows.Schema.Fields[node.Window.TimeColumn].Name;
            throw new UserException(4002, $"Rowtime must not be NULL: column {name}.");
        }

        _now = node.Window.IsProctime ? _time.NowInstant() : 0;
        long now = node.Window.IsProctime ? Math.Max(_time.Local(_now), _fired.Value + 1) : 0;
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
                long time = node.Window.IsProctime ? now : WindowMath.FloorDivide(values[at + i], units);
                ulong hash = _hashes.Pointer[at + key];
                sessions[i] = _tables.Resolve(heads[key], headSlots[key], hash, time, _fired.Value, out _);
                if (sessions[i] is null)
                {
                    _late.Add(at + i);
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

        _late.Flush(rows);

        if (node.Window.IsProctime)
        {
            _time.Arm(_tables.Sweep.LeastEnd);
        }
    }

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
            _keys[i] = rows.Columns[node.Window.Partition[i]];
            _columns[i] = _keys[i];
        }

        rows.Columns.CopyTo(_columns.AsSpan(_keys.Length));
        if (node.Window.IsProctime)
        {
            // The attribute becomes a value here: the instant at which the row came.
            NativeBuffer values = _context.Allocator.Allocate(rows.Length * 8L);
            new Span<long>(values.Pointer, rows.Length).Fill(_now);
            DataType type = rows.Columns[node.Window.TimeColumn].Type;
            _came = new FixedWidthArray(type, rows.Length, values, null);
            _columns[_keys.Length + node.Window.TimeColumn] = _came;
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

    private void FireTo(long timeMs, Collector output)
    {
        LinkRestored();
        _target = Math.Max(timeMs, _fired.Value);
        _firing.Begin(_target);
        _isFiring = true;
        Fire(output);
    }

    private void Fire(Collector output)
    {
        while (_isFiring)
        {
            bool isLast = Collect();
            RecordBatch? chunk = _chunk.Count > 0 ? Build() : null;
            Drop();
            if (isLast)
            {
                _fired.Value = _target;
                _isFiring = false;
                if (node.Window.IsProctime)
                {
                    _time.Arm(_tables.Sweep.LeastEnd);
                }
            }

            if (chunk is not null)
            {
                output.Emit(new StreamBatch(chunk));
                return;
            }
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

        SessionColumns.Fill(columns, inputs, _schema, _tables, (byte**)_owners.Pointer, count, _time, _context.Allocator);
        return new RecordBatch(_schema, columns, count);
    }

    private void LinkRestored()
    {
        int restores = _tables.Sessions.Restores + _rows.State.Restores;
        if (restores != _restores)
        {
            _restores = restores;
            _tables.Relink();
            _rows.Relink();
        }
    }
}
