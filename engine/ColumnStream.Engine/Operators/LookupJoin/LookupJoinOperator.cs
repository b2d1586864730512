using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Finds rows for a batch in a full cache at once, or asks for them and lets the batch wait.</summary>
/// <remarks>
/// <code>
/// queue   batch | batch | watermark | batch ...    leaves from the front; unordered, batches before the first watermark as they can
/// </code>
/// Rows in flight are state: a barrier does not wait for a slow table, and after a restore they are asked for again, so that each
/// comes out once. Watermarks keep their place in the queue, and the highest that waits is state too; the end waits until it is empty.
/// </remarks>
internal sealed unsafe class LookupJoinOperator(LookupJoinNode node) : Operator
{
    private readonly List<WaitingLookup> _queue = [];
    private readonly ArrayData[] _keys = new ArrayData[node.LeftKeys.Count];
    private OperatorContext _context = null!;
    private LookupRows _rows = null!;
    private LookupOutput _output = null!;
    private WaitingRows _state = null!;
    private ProgressState _watermark = null!;
    private LookupQuestions? _questions;
    private FullCache? _full;
    private NativeList<int> _first = null!;
    private int _ready = -1;
    private int _batches;
    private bool _hasBegun;
    private long _passedMs = Watermark.Min;

    public override IReadOnlyList<OperatorState> States => [_state, _watermark];

    public override bool MayHoldRows => false;

    public override bool HasMore => _output.HasMore || _ready >= 0 || CanLoad;

    public override bool IsAwaiting => _queue.Count > 0;

    public override bool IsFull => _batches > 0
        && (_questions is null || _questions.IsFull || _batches >= node.Policy.Capacity);

    private bool CanLoad => _batches > 0 && _full is { Index: null, CanStep: true };

    public override void Open(OperatorContext context)
    {
        _context = context;
        _rows = new LookupRows(node, context);
        _output = new LookupOutput(node, _rows.Schema, context);
        _first = new NativeList<int>(context.Allocator);
        var kept = new KeptRows("waiting", context.Inputs[0], context.Allocator, node.Partition, context.KeyGroups)
        {
            OwnGroups = node.Partition.Count > 0 ? null
                : KeyGroupRange.Of(context.Subtask, context.Parallelism, context.KeyGroups),
        };
        _state = new WaitingRows(kept, Waiting, context.Allocator);
        _watermark = new ProgressState("waiting-watermark", Watermark.Min, context.Allocator);
        if (context.IsDescription)
        {
            return;
        }

        if (node.Options.Cache == LookupCache.Full)
        {
            _full = new FullCache(node, context, _rows);
        }
        else
        {
            _questions = new LookupQuestions(node, context, _rows, () => context.Post(Collect));
        }

        // Rows that are restored behind this are asked for though no other comes.
        context.WakeAtMs(context.ClockMs());
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        TakeRestored();
        batch = batch.Compact(_context.Allocator);
        if (_full is { Index: not null } && _queue.Count == 0)
        {
            if (_full.CanStep)
            {
                _full.Step();
                Schedule();
            }

            Probe(_full.Index, batch);
            _output.Emit(output);
            return;
        }

        Start(batch);
        UpdateReady();
    }

    public override void Continue(Collector output)
    {
        if (_output.HasMore)
        {
            _output.Emit(output);
        }
        else if (_ready >= 0)
        {
            WaitingLookup next = _queue[_ready];
            _queue.RemoveAt(_ready);
            if (next.Batch is null)
            {
                _passedMs = next.WatermarkMs;
                _watermark.Value = _watermark.Value == _passedMs ? Watermark.Min : _watermark.Value;
                UpdateReady();
                output.EmitWatermark(_passedMs);
                return;
            }

            _batches--;
            UpdateReady();
            Answer(next);
            _output.Emit(output);
        }
        else if (CanLoad)
        {
            _full!.Step();
            Schedule();
            UpdateReady();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        TakeRestored();
        if (_queue.Count == 0)
        {
            _passedMs = watermarkMs;
            return watermarkMs;
        }

        _queue.Add(new WaitingLookup { WatermarkMs = watermarkMs });
        _watermark.Value = watermarkMs;
        return _passedMs;
    }

    public override void Finish(Collector output) => TakeRestored();

    public override void OnTimer(long clockMs, Collector output)
    {
        TakeRestored();
        if (_full is { CanStep: true } && (_full.Index is not null || _batches > 0) && !_output.HasMore)
        {
            _full.Step();
        }

        Collect();
    }

    protected override void Dispose(bool disposing)
    {
        _questions?.Dispose();
        foreach (WaitingLookup waiting in _queue)
        {
            waiting.Dispose();
        }

        _queue.Clear();
        _full?.Dispose();
        _output?.Dispose();
        _rows?.Dispose();
        _state?.Dispose();
        _first?.Dispose();
    }

    private IEnumerable<StreamBatch> Waiting()
    {
        foreach (WaitingLookup waiting in _queue)
        {
            if (waiting.Batch is not null)
            {
                yield return waiting.Batch;
            }
        }
    }

    private void TakeRestored()
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;

        foreach (StreamBatch batch in _state.TakeRestored())
        {
            Start(batch);
        }

        // Watermarks that waited between those rows come behind them, the highest for all.
        if (_watermark.Value != Watermark.Min)
        {
            _queue.Add(new WaitingLookup { WatermarkMs = _watermark.Value });
        }

        UpdateReady();
    }

    /// <summary>Lets a batch wait, for the first load or for answers.</summary>
    private void Start(StreamBatch batch)
    {
        if (_questions is null)
        {
            _queue.Add(new WaitingLookup { Batch = batch });
            _batches++;
            return;
        }

        foreach (WaitingLookup waiting in _questions.Ask(batch))
        {
            _queue.Add(waiting);
            _batches++;
        }

        Schedule();
    }

    /// <summary>Takes answers that came; in a turn of its own.</summary>
    private void Collect()
    {
        _questions?.Collect(_queue);
        UpdateReady();
        Schedule();
    }

    private void Schedule()
    {
        long nextMs = Math.Min(_full is null || (_full.Index is null && _batches == 0) ? long.MaxValue : _full.NextMs,
            _questions?.NextMs ?? long.MaxValue);
        if (nextMs != long.MaxValue)
        {
            _context.WakeAtMs(Math.Max(nextMs, _context.ClockMs()));
        }
    }

    /// <summary>Finds what may leave: the first of the queue, or unordered any batch before its first watermark.</summary>
    private void UpdateReady()
    {
        _ready = -1;
        for (int i = 0; i < _queue.Count; i++)
        {
            WaitingLookup waiting = _queue[i];
            bool isDone = waiting.Batch is null ? i == 0
                : _full is not null ? _full.Index is not null : waiting.Request is null || waiting.IsTaken;
            if (isDone)
            {
                _ready = i;
                return;
            }

            if (node.IsOrdered || waiting.Batch is null)
            {
                return;
            }
        }
    }

    private void Answer(WaitingLookup waiting)
    {
        if (_full is not null)
        {
            StreamBatch batch = waiting.Batch!;
            waiting.Batch = null;
            Probe(_full.Index!, batch);
            return;
        }

        _questions!.Answer(waiting, _output, _first);
        waiting.Dispose();
    }

    private void Probe(LookupIndex index, StreamBatch batch)
    {
        int count = batch.Count;
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = batch.Rows.Columns[node.LeftKeys[i]];
        }

        int* first = _first.Reserve(Math.Max(1, count));
        int found = index.Find(_keys, count, new Span<int>(first, count));
        _context.Count("cacheHits", found);
        _context.Count("cacheMisses", count - found);
        _output.Begin(batch, index.Rows.Retain(), first, index.Next);
    }
}
