using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Aggregates by window and key; columns are keys, aggregates, window_start, window_end, window_time.</summary>
internal sealed record WindowAggregatePlan(
    LogicalPlan Input,
    WindowSpec Window,
    ValueList<int> Keys,
    ValueList<AggregateCall> Aggregates,
    ValueList<SqlField> Fields,
    string Uid) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
