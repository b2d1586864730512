using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators.TimeOver;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Adds to each row of an insert-only input what functions say of the rows up to it in time.</summary>
/// <param name="Partition">Columns whose values make a partition.</param>
/// <param name="TimeColumn">The time attribute that orders a partition, ascending.</param>
/// <param name="Calls">The functions; frames end with the current row.</param>
[PlanNode("time-over", version: 1)]
public sealed record TimeOverNode(ValueList<int> Partition, int TimeColumn, ValueList<WindowCall> Calls) : PhysicalNode
{
    /// <summary>Gets whether rows wait for the watermark; in processing time they are answered as they come.</summary>
    public bool IsRowtime => Output[TimeColumn].Type.TimeAttribute == TimeAttribute.Rowtime;

    /// <summary>Gets the milliseconds after which a partition that gets no rows is forgotten; 0 keeps it.</summary>
    public long StateTtlMs { get; init; }

    /// <inheritdoc/>
    public override string Describe() =>
        $"over [{string.Join(", ", Partition)}] by {(IsRowtime ? "rowtime" : "proctime")} ${TimeColumn}"
        + $" [{string.Join(", ", Calls)}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new TimeOverOperator(this);
}
