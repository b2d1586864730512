using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Checks;

/// <summary>Checks what goes into and comes out of an operator against its plan node.</summary>
/// <remarks>
/// Column types match the plan; watermarks do not fall; nothing comes behind the end; only promised row kinds; under a
/// retract changelog every −U is followed at once by its +U.
/// </remarks>
internal sealed class CheckedOperator(Operator inner, PhysicalNode node) : Operator
{
    private readonly CheckedCollector _output = new(node);
    private ValueList<Schema> _inputs;
    private long _watermarkMs = Watermark.Min;
    private bool _finished;

    public override IReadOnlyList<OperatorState> States => inner.States;

    public override bool HasMore => inner.HasMore;

    public override bool AnswersAtEnd => inner.AnswersAtEnd;

    public override bool HoldsRows => inner.HoldsRows;

    public override bool MayHoldRows => inner.MayHoldRows;

    public override bool TakesSlices => inner.TakesSlices;

    public override bool IsAwaiting => inner.IsAwaiting;

    public override bool IsFull => inner.IsFull;

    public override bool IsWaiting => inner.IsWaiting;

    public override bool IsSatisfied => inner.IsSatisfied;

    public override void Open(OperatorContext context)
    {
        _inputs = context.Inputs;
        inner.Open(context);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        Require(!_finished, "got rows behind the end");
        Require(!HasMore, "got rows before its pending output was taken");
        CheckedCollector.CheckTypes(node, batch, _inputs[input]);
        inner.Process(input, batch, _output.To(output));
    }

    public override void Continue(Collector output) => inner.Continue(_output.To(output));

    public override long Advance(long watermarkMs, Collector output)
    {
        Require(watermarkMs > _watermarkMs, "got a watermark that does not rise");
        _watermarkMs = watermarkMs;
        return inner.Advance(watermarkMs, _output.To(output));
    }

    public override bool WantsFlush(bool isIdle) => inner.WantsFlush(isIdle);

    public override void Flush(Collector output) => inner.Flush(_output.To(output));

    public override void EndInput(int input) => inner.EndInput(input);

    public override void Finish(Collector output)
    {
        Require(!_finished, "was ended twice");
        _finished = true;
        inner.Finish(_output.To(output));
    }

    public override void OnTimer(long clockMs, Collector output) => inner.OnTimer(clockMs, _output.To(output));

    protected override void Dispose(bool disposing) => inner.Dispose();

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvariantException(9001, $"Operator {what}: {node.Describe()}.");
        }
    }
}
