using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Aggregates by key; columns are the keys, then the aggregates. Without aggregates it is DISTINCT.</summary>
internal sealed record AggregatePlan(
    LogicalPlan Input,
    ValueList<int> Keys,
    ValueList<AggregateCall> Aggregates,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    /// <summary>Gets how long a group is kept after its last change, or −1 where the job's option decides.</summary>
    public long StateTtlMs { get; init; } = -1;

    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
