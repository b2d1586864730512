using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Emits watermarks behind the rows; the input's column is the rowtime.</summary>
/// <param name="TimeColumn">Rowtime column.</param>
/// <param name="Expression">The watermark of a row, a TIMESTAMP or TIMESTAMP_LTZ; NULL gives none.</param>
/// <param name="Strategy">When watermarks rise.</param>
/// <param name="IdleTimeoutMs">Silence after which the input is idle, or 0 for never.</param>
[PlanNode("watermark", version: 1)]
public sealed record WatermarkNode(
    int TimeColumn, BoundExpression Expression, WatermarkStrategy Strategy, long IdleTimeoutMs) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"watermark ${TimeColumn} {Expression} {Strategy}";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new WatermarkOperator(this);
}

/// <summary>Keeps the largest watermark seen and passes it on behind the rows that raised it.</summary>
/// <remarks>
/// Under on-event a row must be judged by the watermark of all rows before it. Only a row at or below that watermark
/// can be judged differently, so a batch is cut just before such rows, and an ordered stream is never cut. The
/// watermark is part of the state: after a restart lateness is judged as if nothing had happened.
/// </remarks>
internal sealed unsafe class WatermarkOperator(WatermarkNode node) : Operator
{
    private readonly long? _delayMs = DelayOf(node);
    private OperatorContext _context = null!;
    private Evaluator _evaluator = null!;
    private ProgressState _watermark = null!;
    private long _emitted = Watermark.Min;
    private long _lastRowAtMs;

    public override IReadOnlyList<OperatorState> States => [_watermark];

    public override bool MayHoldRows => false;

    public override void Open(OperatorContext context)
    {
        _context = context;
        ValueList<BoundExpression> expressions = [node.Expression];
        _evaluator = new Evaluator(expressions, context.Inputs[0], context.Allocator, context.Evaluation);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);

        // The first wake comes behind a restore: what was promised is said again, or a join of two inputs would wait for a row.
        _lastRowAtMs = context.ClockMs();
        context.WakeAtMs(_lastRowAtMs);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        _lastRowAtMs = _context.ClockMs();
        if (_emitted < _watermark.Value)
        {
            EmitWatermark(output);
        }

        batch = batch.Compact(_context.Allocator);
        if (_delayMs is { } delayMs && node.Strategy == WatermarkStrategy.OnPeriodic)
        {
            var times = (FixedWidthArray)batch.Rows.Columns[node.TimeColumn];
            Raise(times, delayMs * TicksPerMs(times.Type));
            output.Emit(batch);
            EmitWatermark(output);
            return;
        }

        var results = new ArrayData[1];
        try
        {
            _evaluator.Evaluate(batch.Rows, null, results);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            batch.Release();
            throw EvaluationErrors.ToUser(error);
        }

        var marks = (FixedWidthArray)results[0];
        try
        {
            if (node.Strategy == WatermarkStrategy.OnEvent)
            {
                ProcessByEvent(batch, marks, output);
            }
            else
            {
                Raise(marks, delayTicks: 0);
                output.Emit(batch);
                EmitWatermark(output);
            }
        }
        finally
        {
            marks.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        _watermark.Value = Math.Max(_watermark.Value, watermarkMs);
        _emitted = _watermark.Value;
        return _emitted;
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        EmitWatermark(output);
        if (node.IdleTimeoutMs > 0 && clockMs - _lastRowAtMs >= node.IdleTimeoutMs)
        {
            output.EmitIdle();
        }

        ArmIdleTimer();
    }

    protected override void Dispose(bool disposing) => _evaluator?.Dispose();

    private static long TicksPerMs(DataType type) => type.Unit switch
    {
        TimeUnit.Millisecond => 1,
        TimeUnit.Microsecond => 1_000,
        TimeUnit.Nanosecond => 1_000_000,
        _ => throw new InvariantException(9001, $"Rowtime has a wrong unit: {type}."),
    };

    private static long FloorDivide(long value, long divisor) =>
        divisor == 1 ? value : (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private void ProcessByEvent(StreamBatch batch, FixedWidthArray marks, Collector output)
    {
        var times = (FixedWidthArray)batch.Rows.Columns[node.TimeColumn];
        long ticks = TicksPerMs(times.Type);
        var time = (long*)times.Pointer;
        int start = 0;
        int length = batch.Rows.Length;
        long markTicks = TicksPerMs(marks.Type);
        var mark = (long*)marks.Pointer;
        for (int i = 0; i < length; i++)
        {
            bool late = _watermark.Value > _emitted && !times.IsNull(i) && FloorDivide(time[i], ticks) <= _watermark.Value;
            if (late)
            {
                if (i > start)
                {
                    output.Emit(SliceOf(batch, start, i - start));
                    start = i;
                }

                EmitWatermark(output);
            }

            if (!marks.IsNull(i))
            {
                _watermark.Value = Math.Max(_watermark.Value, FloorDivide(mark[i], markTicks));
            }
        }

        if (start == 0)
        {
            output.Emit(batch);
        }
        else
        {
            output.Emit(SliceOf(batch, start, length - start));
            batch.Release();
        }

        EmitWatermark(output);
    }

    private StreamBatch SliceOf(StreamBatch batch, int offset, int length)
    {
        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = _context.Allocator.Allocate(length);
            new ReadOnlySpan<byte>(batch.Kinds + offset, length).CopyTo(kinds.Span);
        }

        RecordBatch rows = batch.Rows.Slice(offset, length, _context.Allocator);
        return new StreamBatch(rows, kinds);
    }

    /// <summary>Returns the delay when the watermark is the rowtime less a constant: the largest rowtime then says all.</summary>
    private static long? DelayOf(WatermarkNode node) => node.Expression switch
    {
        ColumnExpression column when column.Index == node.TimeColumn => 0,
        CallExpression
        {
            Function: "-",
            Arguments: [ColumnExpression column, LiteralExpression { Value: { } delay, Type.Id: SqlTypeId.IntervalDayTime }],
        } when column.Index == node.TimeColumn => long.Parse(delay, CultureInfo.InvariantCulture),
        _ => null,
    };

    private void Raise(FixedWidthArray marks, long delayTicks)
    {
        long largest = Largest((long*)marks.Pointer, marks.Validity, marks.Length);
        if (largest != long.MinValue)
        {
            long mark = FloorDivide(largest - delayTicks, TicksPerMs(marks.Type));
            _watermark.Value = Math.Max(_watermark.Value, mark);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Largest(long* values, byte* validity, int length)
    {
        long largest = long.MinValue;
        int i = 0;
        if (validity is null)
        {
            // Two chains: one would wait for its own comparison, twice as long as the loads take.
            Vector256<long> most = Vector256.Create(long.MinValue);
            Vector256<long> other = most;
            for (; i + (2 * Vector256<long>.Count) <= length; i += 2 * Vector256<long>.Count)
            {
                most = Vector256.Max(most, Vector256.Load(values + i));
                other = Vector256.Max(other, Vector256.Load(values + i + Vector256<long>.Count));
            }

            most = Vector256.Max(most, other);
            for (int lane = 0; lane < Vector256<long>.Count; lane++)
            {
                largest = Math.Max(largest, most.GetElement(lane));
            }
        }

        for (; i < length; i++)
        {
            largest = validity is null || Bitmap.Get(validity, i) ? Math.Max(largest, values[i]) : largest;
        }

        return largest;
    }

    private void EmitWatermark(Collector output)
    {
        if (_watermark.Value > _emitted)
        {
            _emitted = _watermark.Value;
            output.EmitWatermark(_emitted);
        }
    }

    private void ArmIdleTimer()
    {
        if (node.IdleTimeoutMs > 0)
        {
            _context.WakeAtMs(_context.ClockMs() + node.IdleTimeoutMs);
        }
    }
}
