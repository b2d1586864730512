using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowArgMax;

/// <summary>Keeps for each window and key the rows with the extreme so far, and sends them when the watermark closes the window.</summary>
/// <remarks>
/// A row raises the extremes of the windows that it belongs to, and is kept for those that its time may match: the bounds of the
/// join need not be the window's. What a join would pair a row with later it is paired with here: a late row, and one that matches
/// the window before, find the extreme of a window that has closed, which stays for that.
/// </remarks>
internal sealed unsafe class WindowArgMaxOperator(WindowArgMaxNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly WindowReach _reach = new(node);
    private readonly ArrayData[] _pairColumns = new ArrayData[node.Keys.Count + 1];
    private OperatorContext _context = null!;
    private ArgMaxScan _scan = null!;
    private ArgMaxWindows _windows = null!;
    private WindowTime _time = null!;
    private ProgressState _watermark = null!;
    private Schema _schema = null!;
    private DataType _timeType = null!;
    private NativeList<long> _words = null!;
    private NativeList<int> _pairRows = null!;
    private NativeList<long> _pairEnds = null!;
    private NativeList<int> _stored = null!;
    private NativeList<nint> _out = null!;
    private NativeList<uint>? _closing;
    private long _closingEnd;
    private int _closed;
    private bool _isFiring;

    public override IReadOnlyList<OperatorState> States => [_watermark, _windows.State, _windows.Rows.State];

    public override bool HasMore => _isFiring;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _schema = node.OutputSchema();
        _timeType = context.Inputs[0].Fields[node.Window.TimeColumn].Type;
        _time = new WindowTime(node.Window, context);
        _scan = new ArgMaxScan(node, context);
        _windows = new ArgMaxWindows(node, context);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _words = new NativeList<long>(context.Allocator);
        _pairRows = new NativeList<int>(context.Allocator);
        _pairEnds = new NativeList<long>(context.Allocator);
        _stored = new NativeList<int>(context.Allocator);
        _out = new NativeList<nint>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        RecordBatch kept;
        try
        {
            Begin();
            ReadOnlySpan<int> rows = _scan.Find(batch, _watermark.Value);
            if (rows.Length == 0)
            {
                return;
            }

            kept = TakeKernel.Take(batch.Rows, rows, _context.Allocator);
        }
        finally
        {
            batch.Release();
        }

        try
        {
            Fold(kept, output);
        }
        finally
        {
            kept.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        Begin();
        _watermark.Value = watermarkMs;
        _isFiring = true;
        Continue(output);
        return watermarkMs;
    }

    public override void Continue(Collector output)
    {
        while (_isFiring)
        {
            if (_closing is null && !BeginWindow())
            {
                _isFiring = false;
            }
            else if (Close(output))
            {
                return;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _scan?.Dispose();
        _windows?.Dispose();
        _words?.Dispose();
        _pairRows?.Dispose();
        _pairEnds?.Dispose();
        _stored?.Dispose();
        _out?.Dispose();
    }

    private void Begin()
    {
        _windows.LinkRestored(_watermark.Value, _scan);
        _windows.Begin();
    }

    /// <summary>Lets rows raise extremes, and keeps those that have one, or sends them where the window has closed.</summary>
    private void Fold(RecordBatch rows, Collector output)
    {
        var times = (long*)((FixedWidthArray)rows.Columns[node.Window.TimeColumn]).Pointer;
        long* words = _scan.Words(rows, _words);
        _pairRows.Count = 0;
        _pairEnds.Count = 0;
        Pair(rows.Length, times, isOpen: true);
        int open = _pairRows.Count;
        if (!node.DropsLate)
        {
            Pair(rows.Length, times, isOpen: false);
        }

        FindWindows(rows, open);
        uint* windows = _windows.Slots;
        for (int p = 0; p < open; p++)
        {
            int row = _pairRows.Pointer[p];
            if (_reach.IsMember(times[row], _pairEnds.Pointer[p]))
            {
                _windows.Raise(windows[p], words[row]);
            }
        }

        _stored.Count = 0;
        for (int p = 0; p < open; p++)
        {
            int row = _pairRows.Pointer[p];
            if (_reach.MayMatch(times[row], _pairEnds.Pointer[p]) && _windows.MayBe(windows[p], words[row]))
            {
                _stored.Add(p);
            }
        }

        Store(rows, words);
        _stored.Count = 0;
        for (int p = open; p < _pairRows.Count; p++)
        {
            if (_windows.Is(windows[p], words[_pairRows.Pointer[p]]))
            {
                _stored.Add(p);
            }
        }

        EmitMatched(rows, output);
    }

    /// <summary>Lists each row with the ends that it reaches, of windows that are open, or have closed.</summary>
    private void Pair(int count, long* times, bool isOpen)
    {
        for (int i = 0; i < count; i++)
        {
            long last = _reach.Last(times[i]);
            for (long end = _reach.First(times[i]); end <= last; end += _reach.SlideMs)
            {
                // A window that has closed has its extreme for good.
                bool isReached = _reach.MayMatch(times[i], end) || (isOpen && _reach.IsMember(times[i], end));
                if (isReached && end - 1 > _watermark.Value == isOpen)
                {
                    _pairRows.Add(i);
                    _pairEnds.Add(end);
                }
            }
        }
    }

    private void FindWindows(RecordBatch rows, int open)
    {
        int count = _pairRows.Count;
        if (count == 0)
        {
            return;
        }

        var indices = new ReadOnlySpan<int>(_pairRows.Pointer, count);
        int made = 0;
        try
        {
            for (; made < node.Keys.Count; made++)
            {
                _pairColumns[made] = TakeKernel.Take(rows.Columns[node.Keys[made]], indices, _context.Allocator);
            }

            _pairColumns[made++] = Ends(_timeType, new ReadOnlySpan<long>(_pairEnds.Pointer, count), 0);
            _windows.Find(_pairColumns, _pairEnds.Pointer, open, count);
        }
        finally
        {
            for (int i = 0; i < made; i++)
            {
                _pairColumns[i].Release();
            }
        }
    }

    /// <summary>Keeps the rows of the listed pairs.</summary>
    private void Store(RecordBatch rows, long* words)
    {
        if (_stored.Count == 0)
        {
            return;
        }

        int* indices = stackalloc int[ChunkRows];
        for (int at = 0; at < _stored.Count; at += ChunkRows)
        {
            int count = Math.Min(ChunkRows, _stored.Count - at);
            for (int i = 0; i < count; i++)
            {
                indices[i] = _pairRows.Pointer[_stored.Pointer[at + i]];
            }

            RecordBatch taken = TakeKernel.Take(rows, new ReadOnlySpan<int>(indices, count), _context.Allocator);
            try
            {
                _windows.Rows.Encode(taken);
                for (int i = 0; i < count; i++)
                {
                    int pair = _stored.Pointer[at + i];
                    _windows.Add(i, _windows.Slots[pair], _pairEnds.Pointer[pair], words[indices[i]]);
                }
            }
            finally
            {
                taken.Release();
            }
        }
    }

    /// <summary>Sends the rows of the listed pairs, whose windows have closed.</summary>
    private void EmitMatched(RecordBatch rows, Collector output)
    {
        int* indices = stackalloc int[ChunkRows];
        long* ends = stackalloc long[ChunkRows];
        for (int at = 0; at < _stored.Count; at += ChunkRows)
        {
            int count = Math.Min(ChunkRows, _stored.Count - at);
            for (int i = 0; i < count; i++)
            {
                int pair = _stored.Pointer[at + i];
                indices[i] = _pairRows.Pointer[pair];
                ends[i] = _pairEnds.Pointer[pair];
            }

            var columns = new ArrayData[_schema.Fields.Count];
            int width = columns.Length - 3;
            for (int c = 0; c < width; c++)
            {
                columns[c] = TakeKernel.Take(rows.Columns[c], new ReadOnlySpan<int>(indices, count), _context.Allocator);
            }

            var of = new ReadOnlySpan<long>(ends, count);
            columns[width] = Ends(_schema.Fields[width].Type, of, -_reach.SizeMs);
            columns[width + 1] = Ends(_schema.Fields[width + 1].Type, of, 0);
            columns[width + 2] = Ends(_schema.Fields[width + 2].Type, of, -1);
            output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count)));
        }
    }

    private FixedWidthArray Ends(DataType type, ReadOnlySpan<long> endsMs, long shiftMs)
    {
        NativeBuffer values = _context.Allocator.Allocate(endsMs.Length * 8L);
        for (int i = 0; i < endsMs.Length; i++)
        {
            ((long*)values.Pointer)[i] = endsMs[i] + shiftMs;
        }

        return new FixedWidthArray(type, endsMs.Length, values, null);
    }

    private bool BeginWindow()
    {
        foreach ((long end, NativeList<uint> windows) in _windows.Open)
        {
            if (end - 1 > _watermark.Value)
            {
                return false;
            }

            (_closingEnd, _closing, _closed) = (end, windows, 0);
            return true;
        }

        return false;
    }

    /// <summary>Sends the next rows of the windows that close; returns whether there were any.</summary>
    private bool Close(Collector output)
    {
        _out.Count = 0;
        while (_closed < _closing!.Count && _out.Count < ChunkRows)
        {
            byte* row = _windows.Take(_closing.Pointer[_closed]);
            if (row is not null)
            {
                _out.Add((nint)row);
            }
            else
            {
                _closed++;
            }
        }

        if (_out.Count > 0)
        {
            Emit(output);
            return true;
        }

        for (int i = 0; i < _closing.Count; i++)
        {
            _windows.Close(_closing.Pointer[i], stays: !node.DropsLate);
        }

        _windows.Close(_closingEnd);
        _scan.Forget(_closingEnd);
        _closing = null;
        return false;
    }

    private void Emit(Collector output)
    {
        int count = _out.Count;
        var rows = (byte**)_out.Pointer;
        var columns = new ArrayData[_schema.Fields.Count];
        for (int c = 0; c < columns.Length - 3; c++)
        {
            columns[c] = _windows.Rows.Column(c, rows, count);
        }

        WindowColumns.Fill(
            columns, columns.Length - 3, _schema, _closingEnd - _reach.SizeMs, _closingEnd, _time, count, _context.Allocator);
        for (int i = 0; i < count; i++)
        {
            _windows.Drop(rows[i]);
        }

        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count)));
    }
}
