using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Stands for another node and runs its operator with a fault: rows vanish before or behind it, or a restore forgets.</summary>
/// <param name="Inner">The node that it stands for.</param>
[PlanNode("test-sabotaged", version: 1)]
public sealed record SabotagedNode(PhysicalNode Inner) : PhysicalNode
{
    /// <summary>Gets what makes, for each subtask, the test of an input row: false loses the row.</summary>
    public Func<Func<StreamBatch, int, bool>>? Reads { get; init; }

    /// <summary>Gets what makes, for each subtask, the test of an output row: false loses the row.</summary>
    public Func<Func<StreamBatch, int, bool>>? Writes { get; init; }

    /// <summary>Gets whether a restore forgets the upper half of its key groups.</summary>
    public bool ForgetsHalf { get; init; }

    /// <summary>Gets what changes the states that checkpoints take, made once an operator.</summary>
    public Func<IReadOnlyList<OperatorState>, IReadOnlyList<OperatorState>>? States { get; init; }

    /// <summary>Puts a fault into a node.</summary>
    public static SabotagedNode Of(PhysicalNode node) => new(node)
    {
        Id = node.Id,
        Inputs = node.Inputs,
        Output = node.Output,
        Uid = node.Uid,
        Changelog = node.Changelog,
        UpsertKey = node.UpsertKey,
    };

    public override string Describe() => $"sabotaged {Inner.Describe()}";

    protected internal override PhysicalNode Meant() => Inner;

    protected internal override Operator? CreateOperator() => OperatorFactory.Create(Inner) is { } inner
        ? new SabotagedOperator(inner, this)
        : null;
}

internal sealed class SabotagedOperator : Operator
{
    private readonly Operator _inner;
    private readonly SabotagedNode _node;
    private readonly Func<StreamBatch, int, bool>? _reads;
    private readonly Func<StreamBatch, int, bool>? _writes;
    private IReadOnlyList<OperatorState>? _states;
    private BufferAllocator _allocator = null!;

    public SabotagedOperator(Operator inner, SabotagedNode node)
    {
        _inner = inner;
        _node = node;
        _reads = node.Reads?.Invoke();
        _writes = node.Writes?.Invoke();
    }

    public override IReadOnlyList<OperatorState> States => _states
        ?? (_node.ForgetsHalf ? [.. _inner.States.Select(s => new ForgetfulState(s))] : _inner.States);

    public override bool IsAwaiting => _inner.IsAwaiting;

    public override bool IsFull => _inner.IsFull;

    public override bool HasMore => _inner.HasMore;

    public override bool AnswersAtEnd => _inner.AnswersAtEnd;

    public override void Open(OperatorContext context)
    {
        _allocator = context.Allocator;
        _inner.Open(context);
        _states = _node.States?.Invoke(_inner.States);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        if (_reads is null)
        {
            _inner.Process(input, batch, Wrap(output));
        }
        else if (Filter(batch, _reads) is { } kept)
        {
            _inner.Process(input, kept, Wrap(output));
        }
    }

    public override void Continue(Collector output) => _inner.Continue(Wrap(output));

    public override long Advance(long watermarkMs, Collector output) => _inner.Advance(watermarkMs, Wrap(output));

    public override void EndInput(int input) => _inner.EndInput(input);

    public override void Finish(Collector output) => _inner.Finish(Wrap(output));

    public override void OnTimer(long clockMs, Collector output) => _inner.OnTimer(clockMs, Wrap(output));

    protected override void Dispose(bool disposing) => _inner.Dispose();

    private Collector Wrap(Collector output) => _writes is null ? output : new LossyCollector(this, output, _writes);

    private unsafe StreamBatch? Filter(StreamBatch batch, Func<StreamBatch, int, bool> keeps)
    {
        batch = batch.Compact(_allocator);
        int[] rows = [.. Enumerable.Range(0, batch.Rows.Length).Where(row => keeps(batch, row))];
        if (rows.Length == batch.Rows.Length)
        {
            return batch;
        }

        StreamBatch? kept = null;
        if (rows.Length > 0)
        {
            NativeBuffer? kinds = batch.Kinds is null ? null : _allocator.Allocate(rows.Length);
            for (int i = 0; kinds is not null && i < rows.Length; i++)
            {
                kinds.Pointer[i] = (byte)batch.Kinds[rows[i]];
            }

            kept = new StreamBatch(TakeKernel.Take(batch.Rows, rows, _allocator), kinds);
        }

        batch.Release();
        return kept;
    }

    private sealed class LossyCollector(SabotagedOperator owner, Collector output, Func<StreamBatch, int, bool> keeps) : Collector
    {
        public override void Emit(StreamBatch batch)
        {
            if (owner.Filter(batch, keeps) is { } kept)
            {
                output.Emit(kept);
            }
        }

        public override void EmitWatermark(long watermarkMs) => output.EmitWatermark(watermarkMs);

        public override void EmitIdle() => output.EmitIdle();
    }

    private sealed class ForgetfulState(OperatorState inner) : StateDecorator(inner)
    {
        public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups) =>
            base.Restore(snapshots, new KeyGroupRange(keyGroups.First, (keyGroups.First + keyGroups.End) / 2));
    }
}
