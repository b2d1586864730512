using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Runs one operator or sink of a chain and keeps control elements behind its pending output.</summary>
/// <remarks>
/// An operator with a full chunk says HasMore: then the watermark or end under way is deferred, the chain is marked
/// pending, and later steps call Continue, downstream nodes first. Whoever brings a new element to a node that still
/// has output drains it on the spot. Rows that await an answer from outside hold back the end and idleness; watermarks go
/// through the operator, which keeps their place.
/// </remarks>
internal sealed class ChainNode
{
    private readonly OperatorChain _chain;
    private readonly Operator? _operator;
    private readonly WatermarkMerger _inputs;
    private readonly int _inputCount;
    private int _endedInputs;
    private BufferAllocator? _allocator;
    private int _depth;
    private bool _isOpen;
    private bool _takesSlices;
    private StreamBatch? _rest;
    private int _restInput;
    private int _restFrom;
    private long? _deferredWatermark;
    private bool _deferredEnd;
    private bool _deferredIdle;
    private long _rowsIn;
    private long _batchesIn;
    private long _busyNs;
    private bool _isSatisfied;

    public ChainNode(
        OperatorChain chain, PhysicalNode node, Operator? @operator, SinkInstance? sink, NodeOutput output,
        CounterSet counters)
    {
        _chain = chain;
        _operator = @operator;
        Node = node;
        Sink = sink;
        Output = output;
        Counters = counters;
        _inputCount = node.Inputs.Count;
        _inputs = new WatermarkMerger(_inputCount);
    }

    public PhysicalNode Node { get; }

    public Operator? Operator => _operator;

    public SinkInstance? Sink { get; }

    public NodeOutput Output { get; }

    public CounterSet Counters { get; }

    /// <summary>Gets what counts the rows that reach a sink, for the ledger.</summary>
    public RowTally? Tally { get; init; }

    public long RowsIn => _rowsIn;

    public long BatchesIn => _batchesIn;

    public long BusyNs => _busyNs;

    /// <summary>Gets the rows that the operator's states held when they were last counted.</summary>
    public long StateRows { get; private set; }

    /// <summary>Gets the native bytes that the operator's states held when they were last counted.</summary>
    public long StateBytes { get; private set; }

    /// <summary>Gets the bytes of them that were on local disk only.</summary>
    public long StateSpilledBytes { get; private set; }

    /// <summary>Gets or sets the task's time at which the operator wants to be called, or the largest number.</summary>
    public long TimerMs { get; set; } = long.MaxValue;

    /// <summary>Gets or sets whether the operator gave its last answer; survives restarts.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Gets the watermark that all inputs have reached, the least number before the first.</summary>
    public long InputWatermarkMs => _inputs.Current;

    public bool HasMore => _rest is not null || (_operator is not null && _operator.HasMore);

    /// <summary>Gets whether the operator keeps addresses of state rows until it goes on.</summary>
    public bool HoldsRows => _operator is not null && _operator.HoldsRows;

    /// <summary>Gets whether rows wait here for an answer from outside.</summary>
    public bool IsAwaiting => _operator is not null && _operator.IsAwaiting;

    /// <summary>Gets whether rows wait here for more of them: no barrier may pass.</summary>
    public bool IsWaiting => _operator is not null && _operator.IsWaiting;

    /// <summary>Gets whether nothing may come or go before such an answer did.</summary>
    public bool IsBlocked => _operator is null
        ? Sink!.Writer is { IsFull: true }
        : !HasMore && (_operator.IsFull || (_deferredEnd && _operator.IsAwaiting));

    /// <summary>Gets whether <see cref="Continue"/> has something to do.</summary>
    public bool CanContinue => HasMore
        || ((_deferredWatermark is not null || _deferredEnd || _deferredIdle) && !IsAwaiting);

    /// <summary>Gets whether output or a control element waits here that holds up what follows.</summary>
    public bool IsPending => CanContinue || IsBlocked;

    /// <summary>Makes the operator ready.</summary>
    public void Open(OperatorContext context)
    {
        _operator!.Open(context);
        _allocator = context.Allocator;
        _depth = _operator.MayHoldRows ? 1 : 0;
        _takesSlices = _operator.TakesSlices;
        _isOpen = true;
    }

    /// <summary>Handles a batch, which moves here.</summary>
    public void Process(int input, StreamBatch batch)
    {
        if (_chain.Pending && IsPending)
        {
            try
            {
                Drain();
            }
            catch
            {
                batch.Release();
                throw;
            }
        }

        _deferredIdle = false;
        _rowsIn += batch.Count;
        _batchesIn++;
        if (_inputs.IsIdle || _inputCount > 1)
        {
            _inputs.SetActive(input);
        }

        if (_takesSlices)
        {
            _chain.Judge(Math.Min(batch.Count, _chain.SliceRows));
            if (batch.Count > _chain.SliceRows)
            {
                // The rest waits like pending output, so that state may go to disk between two slices.
                _rest = batch.Compact(_allocator!);
                _restInput = input;
                _restFrom = 0;
                batch = NextSlice();
            }
        }

        if (_chain.Sampling)
        {
            ProcessMeasured(input, batch);
        }
        else
        {
            ProcessNow(input, batch);
        }

        MarkPending();
    }

    /// <summary>Tells the task once that the operator needs no more rows.</summary>
    public void NoteSatisfied()
    {
        if (!_isSatisfied && _operator is { IsSatisfied: true })
        {
            _isSatisfied = true;
            _chain.OnSatisfied(Node);
        }
    }

    /// <summary>Tells whether the rows that wait here have waited long enough.</summary>
    public bool WantsFlush(bool isIdle) => _operator is not null && _operator.WantsFlush(isIdle);

    /// <summary>Begins to work on the rows that wait here.</summary>
    public void Flush()
    {
        _chain.Depth += _depth;
        _operator!.Flush(Output);
        _chain.Depth -= _depth;
        MarkPending();
    }

    /// <summary>Handles rows that come beside the input: what an operator left out as late.</summary>
    public void ProcessSide(RecordBatch rows)
    {
        _rowsIn += rows.Length;
        _batchesIn++;
        _chain.Depth += _depth;
        _operator!.Process(1, new StreamBatch(rows), Output);
        _chain.Depth -= _depth;
    }

    public void Advance(int input, long watermarkMs)
    {
        if (_inputs.Advance(input, watermarkMs))
        {
            AdvanceNow();
        }
    }

    public void SetIdle(int input)
    {
        if (_inputs.SetIdle(input))
        {
            AdvanceNow();
        }

        if (_inputs.IsIdle)
        {
            if (_chain.Pending && IsPending)
            {
                Drain();
            }

            if (IsWaiting)
            {
                Flush();
            }

            _deferredIdle = IsAwaiting || HasMore;
            if (!_deferredIdle)
            {
                Output.EmitIdle();
            }
        }
    }

    public void End(int input)
    {
        _operator?.EndInput(input);
        if (++_endedInputs < _inputCount)
        {
            return;
        }

        if (_chain.Pending && IsPending)
        {
            _deferredEnd = true;
            return;
        }

        EndNow();
    }

    public void OnTimer(long clockMs)
    {
        if (IsPending)
        {
            Drain();
        }

        TimerMs = long.MaxValue;
        _chain.Depth += _depth;
        _operator!.OnTimer(clockMs, Output);
        _chain.Depth -= _depth;
        MarkPending();
    }

    /// <summary>Emits one more chunk, or passes on the control element that waited for the last one.</summary>
    public void Continue()
    {
        if (_operator is not null && _operator.HasMore)
        {
            _chain.Depth += _depth;
            _operator.Continue(Output);
            _chain.Depth -= _depth;
            return;
        }

        if (_rest is not null)
        {
            _chain.Judge(_chain.SliceRows);
            ProcessNow(_restInput, NextSlice());
            return;
        }

        if (_deferredWatermark is long watermarkMs)
        {
            _deferredWatermark = null;
            Output.EmitWatermark(watermarkMs);
        }
        else if (_deferredEnd)
        {
            _deferredEnd = false;
            EndNow();
        }
        else if (_deferredIdle)
        {
            _deferredIdle = false;
            Output.EmitIdle();
        }
    }

    public void Dispose()
    {
        _rest?.Release();
        _rest = null;
        _operator?.Dispose();
        Sink?.Writer?.Dispose();
        Sink?.TwoPhase?.Dispose();
    }

    private StreamBatch NextSlice()
    {
        StreamBatch rest = _rest!;
        int left = rest.Rows.Length - _restFrom;
        int count = Math.Min(left, _chain.SliceRows);
        StreamBatch slice = rest.Slice(_restFrom, count, _allocator!);
        _restFrom += count;
        if (count == left)
        {
            rest.Release();
            _rest = null;
        }

        return slice;
    }

    private void ProcessNow(int input, StreamBatch batch)
    {
        if (_operator is not null)
        {
            _chain.Depth += _depth;
            _operator.Process(input, batch, Output);
            _chain.Depth -= _depth;
            NoteSatisfied();
            return;
        }

        try
        {
            Tally?.Add(batch);
            if (Sink!.TwoPhase is not null)
            {
                Sink.TwoPhase.Write(batch);
            }
            else
            {
                Sink.Writer!.Write(batch);
            }
        }
        finally
        {
            batch.Release();
        }
    }

    private void ProcessMeasured(int input, StreamBatch batch)
    {
        long outer = _chain.InnerNs;
        _chain.InnerNs = 0;
        long t0 = _chain.Now;
        ProcessNow(input, batch);
        long spent = _chain.Now - t0;
        _busyNs += (spent - _chain.InnerNs) * OperatorChain.SampleEvery;
        _chain.InnerNs = outer + spent;
        CountStates();
    }

    /// <summary>Counts what the operator's states hold; on the task's own thread.</summary>
    public void CountStates()
    {
        long rows = 0;
        long bytes = 0;
        long spilled = 0;
        for (int i = 0; _isOpen && i < _operator!.States.Count; i++)
        {
            rows += _operator.States[i].RowCount;
            bytes += _operator.States[i].Bytes;
            spilled += _operator.States[i].SpilledBytes;
        }

        StateRows = rows;
        StateBytes = bytes;
        StateSpilledBytes = spilled;
    }

    private void AdvanceNow()
    {
        if (_chain.Pending && IsPending)
        {
            Drain();
        }

        long watermarkMs = _inputs.Current;
        if (_operator is not null && !(IsFinished && watermarkMs == Watermark.Max))
        {
            long t0 = _chain.Now;
            long inner = _chain.InnerNs;
            _chain.InnerNs = 0;
            _chain.Depth += _depth;
            watermarkMs = _operator.Advance(watermarkMs, Output);
            _chain.Depth -= _depth;
            _busyNs += _chain.Now - t0;
            _chain.InnerNs = inner;
            if (_operator.AnswersAtEnd)
            {
                return;
            }

            if (_operator.HasMore)
            {
                _deferredIdle = false;
                _deferredWatermark = watermarkMs;
                _chain.Pending = true;
                return;
            }
        }

        Output.EmitWatermark(watermarkMs);
    }

    private void EndNow()
    {
        if (!IsFinished)
        {
            IsFinished = true;
            _chain.Depth += _depth;
            _operator?.Finish(Output);
            _chain.Depth -= _depth;
            Sink?.Writer?.Flush();
            Sink?.TwoPhase?.Finish();
            if (HasMore || IsAwaiting)
            {
                _deferredEnd = true;
                _chain.Pending = true;
                return;
            }
        }

        CountStates();
        if (_operator is { AnswersAtEnd: true })
        {
            Output.EmitWatermark(Watermark.Max);
        }

        Output.EmitEnd();
    }

    private void Drain()
    {
        while (CanContinue)
        {
            if (_chain.IsStopped)
            {
                // A join of joins may have more to give than anybody waits for.
                throw new OperationCanceledException();
            }

            _chain.Trim(callers: 0);
            Continue();
        }
    }

    private void MarkPending()
    {
        if (_operator is null ? Sink!.Writer is { IsFull: true } : HasMore || _operator.IsFull)
        {
            _chain.Pending = true;
        }
    }
}
