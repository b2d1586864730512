using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.SessionWindow;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Appends window_start, window_end and window_time to each row, once a window that holds it.</summary>
/// <param name="Window">The windows.</param>
[PlanNode("window-assign", version: 1)]
public sealed record WindowAssignNode(WindowSpec Window) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"window assign {Window}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => Window.Kind == WindowKind.Session
        ? new SessionAssignOperator(this) : new WindowAssignOperator(this);
}

/// <summary>Repeats rows by the windows that hold them, in chunks.</summary>
internal sealed unsafe class WindowAssignOperator(WindowAssignNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly WindowMath _math = new(node.Window);
    private OperatorContext _context = null!;
    private WindowTime _time = null!;
    private long _now;
    private NativeList<int> _rows = null!;
    private NativeList<long> _ends = null!;
    private Schema _schema = null!;
    private StreamBatch? _batch;
    private int _next;
    private long _fired;

    public override bool HasMore => _batch is not null;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _time = new WindowTime(node.Window, context);
        _schema = node.OutputSchema();
        _rows = new NativeList<int>(context.Allocator);
        _ends = new NativeList<long>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        _batch = batch;
        _next = 0;
        _fired = Watermark.Min;
        _now = node.Window.IsProctime ? _time.Now() : 0;
        if (!node.Window.IsProctime)
        {
            WindowTime.RefuseNull(batch.Rows, node.Window.TimeColumn);
        }

        Continue(output);
    }

    public override void Continue(Collector output)
    {
        RecordBatch rows = _batch!.Rows;
        var times = (FixedWidthArray)rows.Columns[node.Window.TimeColumn];
        bool isProctime = node.Window.IsProctime;
        long units = isProctime ? 1 : WindowMath.UnitsPerMs(times.Type);
        ReadOnlySpan<long> values = times.Values<long>();
        _rows.Count = 0;
        _ends.Count = 0;
        while (_next < rows.Length && _rows.Count < ChunkRows)
        {
            long slice = _math.SliceOf(isProctime ? _now : WindowMath.FloorDivide(values[_next], units));
            if (_math.NextEnd(slice, _fired) is long end)
            {
                _rows.Add(_next);
                _ends.Add(end);
                _fired = end - 1;
            }
            else
            {
                _fired = Watermark.Min;
                _next++;
            }
        }

        try
        {
            if (_rows.Count > 0)
            {
                output.Emit(Build(_batch));
            }
        }
        finally
        {
            if (_next == rows.Length)
            {
                ReleaseBatch();
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        ReleaseBatch();
        _rows?.Dispose();
        _ends?.Dispose();
    }

    /// <summary>Takes the two sides of an update apart where a row is repeated: they no longer stand side by side.</summary>
    private RowKind Single(RowKind kind) => node.Window.Kind == WindowKind.Tumble ? kind : kind switch
    {
        RowKind.UpdateBefore => RowKind.Delete,
        RowKind.UpdateAfter => RowKind.Insert,
        _ => kind,
    };

    private void ReleaseBatch()
    {
        _batch?.Release();
        _batch = null;
    }

    private StreamBatch Build(StreamBatch batch)
    {
        int count = _rows.Count;
        BufferAllocator allocator = _context.Allocator;
        var columns = new ArrayData[_schema.Fields.Count];
        int inputs = batch.Rows.Columns.Length;
        var picked = new ReadOnlySpan<int>(_rows.Pointer, count);
        for (int i = 0; i < inputs; i++)
        {
            columns[i] = TakeKernel.Take(batch.Rows.Columns[i], picked, allocator);
        }

        for (int i = 0; i < 3; i++)
        {
            DataType type = _schema.Fields[inputs + i].Type;
            long units = WindowMath.UnitsPerMs(type);
            NativeBuffer values = allocator.Allocate(count * 8L);
            for (int row = 0; row < count; row++)
            {
                long end = _ends.Pointer[row];
                ((long*)values.Pointer)[row] = i == 2
                    ? _time.Stamp(end - 1, type) : (i == 0 ? _math.StartOf(end) : end) * units;
            }

            columns[inputs + i] = new FixedWidthArray(type, count, values, null);
        }

        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = allocator.Allocate(count);
            for (int row = 0; row < count; row++)
            {
                kinds.Pointer[row] = (byte)Single(batch.Kinds[_rows.Pointer[row]]);
            }
        }

        return new StreamBatch(new RecordBatch(_schema, columns, count), kinds);
    }
}
