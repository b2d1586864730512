using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Deferring;

/// <summary>Lets rows wait for others of near keys while the state of an operator is on disk, so that what is read back serves many of them.</summary>
/// <remarks>
/// For operators of one input whose rows of different keys have nothing to do with each other and that pass watermarks on
/// as they come. Rows of a key keep their order. Whether it pays is judged by what the last rows brought back. In batch mode
/// rows wait for the end; else for a barrier, for a pause of the input, until they are as much as the state on disk, or for
/// twice the time that giving them back last took; watermarks wait behind them.
/// </remarks>
/// <param name="inner">The operator.</param>
/// <param name="keys">The columns by which it keeps its state.</param>
internal sealed class DeferringOperator(Operator inner, ValueList<int> keys) : Operator
{
    private const int JudgedRows = 1024;
    private const int JudgedBytesPerRow = 256;
    private const int LeastPatienceMs = 1000;
    private OperatorContext _context = null!;
    private StateSpill? _spill;
    private WaitingRows? _waiting;
    private bool _defers;
    private bool _flushing;
    private bool _finishes;
    private long _judgedRows;
    private long _judgedBytes;
    private long _firstMs;
    private long _flushedFromMs;
    private long _patienceMs = LeastPatienceMs;
    private long _heldMs = Watermark.Min;

    public override IReadOnlyList<OperatorState> States => inner.States;

    public override bool HasMore => _flushing || inner.HasMore;

    public override bool HoldsRows => inner.HoldsRows;

    public override bool MayHoldRows => inner.MayHoldRows;

    /// <summary>Gets that rows are cut here, as they come back.</summary>
    public override bool TakesSlices => false;

    public override bool IsAwaiting => inner.IsAwaiting;

    public override bool IsFull => inner.IsFull;

    public override bool AnswersAtEnd => inner.AnswersAtEnd;

    public override bool IsWaiting => _waiting is { IsEmpty: false } && !_flushing;

    public override void Open(OperatorContext context)
    {
        _context = context;
        inner.Open(context);
        _spill = context.IsDescription ? null : context.Pages.Spill;
        _defers = _spill is { IsEager: true };
        _waiting = _spill is null ? null : new WaitingRows(keys, _spill, context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        if (_waiting is null)
        {
            inner.Process(input, batch, output);
        }
        else if (_defers)
        {
            _firstMs = _waiting.IsEmpty ? _context.ClockMs() : _firstMs;
            _waiting.Add(batch.Compact(_context.Allocator));
        }
        else
        {
            long read = _spill!.ReadBytes;
            _judgedRows += batch.Count;
            inner.Process(input, batch, output);
            _judgedBytes += _spill.ReadBytes - read;
            if (_judgedRows >= JudgedRows || _spill.IsEager)
            {
                _defers = _judgedBytes > _judgedRows * JudgedBytesPerRow;
                _judgedRows = 0;
                _judgedBytes = 0;
            }
        }
    }

    public override bool WantsFlush(bool isIdle)
    {
        if (!IsWaiting)
        {
            return false;
        }

        if (_spill!.IsEager)
        {
            return isIdle || _waiting!.Batches >= 3;
        }

        long onDisk = 0;
        for (int i = 0; i < inner.States.Count; i++)
        {
            onDisk += inner.States[i].SpilledBytes;
        }

        // All state comes by once: that shall cost each row no more than its own way.
        return inner.AnswersAtEnd
            ? _waiting!.Bytes > 8 * (onDisk + _spill.LimitBytes)
            : isIdle || _waiting!.Bytes > onDisk || _context.ClockMs() - _firstMs >= _patienceMs;
    }

    public override void Flush(Collector output)
    {
        if (!IsWaiting)
        {
            return;
        }

        _waiting!.Close();
        _flushing = true;
        _flushedFromMs = _context.ClockMs();
        _spill!.ReadsPages = _waiting.IsOnDisk;
    }

    public override void Continue(Collector output)
    {
        if (inner.HasMore)
        {
            inner.Continue(output);
            return;
        }

        if (_waiting!.Next(_spill!.ChunkRows) is StreamBatch batch)
        {
            inner.Process(0, batch, output);
            return;
        }

        _flushing = false;
        _defers = false;
        _spill.ReadsPages = false;
        _patienceMs = Math.Max(LeastPatienceMs, 2 * (_context.ClockMs() - _flushedFromMs));
        if (_heldMs != Watermark.Min)
        {
            output.EmitWatermark(_heldMs);
            _heldMs = Watermark.Min;
        }

        if (_finishes)
        {
            _finishes = false;
            inner.Finish(output);
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        watermarkMs = inner.Advance(watermarkMs, output);
        if (!IsWaiting || inner.AnswersAtEnd)
        {
            return watermarkMs;
        }

        if (watermarkMs == Watermark.Max)
        {
            Flush(output);
            return watermarkMs;
        }

        _heldMs = watermarkMs;
        return Watermark.Min;
    }

    public override void EndInput(int input) => inner.EndInput(input);

    public override void Finish(Collector output)
    {
        if (IsWaiting)
        {
            Flush(output);
            _finishes = true;
            return;
        }

        inner.Finish(output);
    }

    public override void OnTimer(long clockMs, Collector output) => inner.OnTimer(clockMs, output);

    protected override void Dispose(bool disposing)
    {
        _waiting?.Dispose();
        inner.Dispose();
    }
}
