using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Lookups;

/// <summary>Runs one lookup join as a chain does: rows only while it is not full, what it posts in a turn, timers by a clock of the test.</summary>
internal sealed unsafe class LookupHarness : Collector, IDisposable
{
    private readonly LookupJoinNode _node;
    private readonly FakeLookups _system;
    private readonly BufferAllocator _allocator;
    private readonly StatePool _pages;
    private readonly Queue<Action> _posted = new();
    private Operator _operator;
    private long _wakeAtMs = long.MaxValue;

    public LookupHarness(LookupJoinNode node, Schema input, FakeLookups system, BufferAllocator allocator, StatePool pages)
    {
        _node = node;
        _system = system;
        _allocator = allocator;
        _pages = pages;
        Input = input;
        _operator = Open();
    }

    public Schema Input { get; }

    /// <summary>Gets what left: rows as text, watermarks as numbers.</summary>
    public List<string> Output { get; } = [];

    public Dictionary<string, long> Counters { get; } = [];

    public long ClockMs { get; private set; }

    public bool IsFull => _operator.IsFull && !_operator.HasMore;

    public bool IsAwaiting => _operator.IsAwaiting;

    public bool HasTimer => _wakeAtMs != long.MaxValue;

    public override void Emit(StreamBatch batch)
    {
        batch = batch.Compact(_allocator);
        Assert.InRange(batch.Count, 1, 4096);
        Assert.Equal(_node.OutputSchema(), batch.Rows.Schema);
        for (int i = 0; i < batch.Count; i++)
        {
            string kind = batch.Kinds is null || batch.Kinds[i] is RowKind.Insert or RowKind.UpdateAfter ? string.Empty : "-";
            Output.Add(kind + BoxedRows.Print(BoxedRows.Read(batch.Rows, i)));
        }

        batch.Release();
    }

    public override void EmitWatermark(long watermarkMs) => Output.Add($"{watermarkMs}");

    public void Process(IReadOnlyList<object?[]> rows, IReadOnlyList<RowKind>? kinds = null)
    {
        Drain();
        NativeBuffer? native = null;
        if (kinds is not null)
        {
            native = _allocator.Allocate(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                native.Pointer[i] = (byte)kinds[i];
            }
        }

        _operator.Process(0, new StreamBatch(BoxedRows.ToBatch(Input, rows, _allocator), native), this);
        Drain();
    }

    public void Watermark(long watermarkMs)
    {
        Drain();
        long passed = _operator.Advance(watermarkMs, this);
        if (passed == watermarkMs)
        {
            EmitWatermark(passed);
        }

        Drain();
    }

    public void Finish()
    {
        _operator.Finish(this);
        Drain();
    }

    /// <summary>Runs what was posted, timers that are due, and takes all output.</summary>
    public void Drain()
    {
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }

        while (_wakeAtMs <= ClockMs)
        {
            _wakeAtMs = long.MaxValue;
            _operator.OnTimer(ClockMs, this);
        }

        while (_operator.HasMore)
        {
            _operator.Continue(this);
        }
    }

    public void Advance(long ms)
    {
        ClockMs += ms;
        Drain();
    }

    /// <summary>Answers all open questions, and waits for those that come of it.</summary>
    public void AnswerAll(Random random)
    {
        for (int steps = 0; _operator.IsAwaiting || _system.Open > 0; steps++)
        {
            Assert.InRange(steps, 0, 100_000);
            if (_system.Open > 0)
            {
                _system.Answer(random);
            }
            else if (HasTimer)
            {
                ClockMs = Math.Max(ClockMs, _wakeAtMs);
            }

            Drain();
        }
    }

    /// <summary>Takes a full snapshot; the batches belong to the caller.</summary>
    public List<List<RecordBatch>> Snapshot()
    {
        Drain();
        var files = new List<List<RecordBatch>>();
        foreach (OperatorState state in _operator.States)
        {
            List<RecordBatch> file = [];
            files.Add(file);
            state.BeginSnapshot(full: true);
            while (state.Gather(2, batch => file.Add(batch.Retain())))
            {
            }
        }

        return files;
    }

    /// <summary>Begins anew with a snapshot: what was in flight is lost.</summary>
    public void Restore(List<List<RecordBatch>> files)
    {
        _operator.Dispose();
        _posted.Clear();
        _wakeAtMs = long.MaxValue;
        _operator = Open();
        for (int i = 0; i < files.Count; i++)
        {
            _operator.States[i].Restore(new Files(files[i]), new KeyGroupRange(0, 16));
        }
    }

    public void Dispose() => _operator.Dispose();

    private Operator Open()
    {
        Operator made = OperatorFactory.Create(_node)!;
        made.Open(new OperatorContext(
            _allocator, _pages, new EvaluatorOptions(new ManualClock(), new Random(1)), [Input], 0, 1, 16, IsBatch: false)
        {
            Count = (name, n) => Counters[name] = Counters.GetValueOrDefault(name) + n,
            ClockMs = () => ClockMs,
            WakeAtMs = at => _wakeAtMs = at,
            Post = _posted.Enqueue,
            Connectors = new ConnectorRegistry([_system]),
        });
        return made;
    }

    private sealed class Files(List<RecordBatch> batches) : StateSnapshotReader
    {
        public override IEnumerable<RecordBatch> ReadBatches() => batches.Select(batch => batch.Retain());
    }
}
