using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Passes the rows of each partition whose rank is in a range; columns are the input's, and the rank if it is wanted.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Function">How rows are numbered.</param>
/// <param name="Partition">Columns whose values make a partition.</param>
/// <param name="Order">The order inside a partition.</param>
/// <param name="Start">The first rank that passes, from 1.</param>
/// <param name="End">The last rank that passes.</param>
/// <param name="Fields">The columns that leave it.</param>
/// <param name="Uid">The uid.</param>
internal sealed record RankPlan(
    LogicalPlan Input,
    RankFunction Function,
    ValueList<int> Partition,
    ValueList<SortKey> Order,
    long Start,
    long End,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    /// <summary>Gets the type of a rank.</summary>
    public static SqlType NumberType { get; } = SqlType.BigInt.WithNullable(false);

    /// <summary>Gets whether the rank stands behind the columns of the input.</summary>
    public bool HasNumber => Fields.Count > Input.Fields.Count;

    /// <summary>Gets whether each partition's last row in event time passes: a versioned table with the partition as its key.</summary>
    public bool IsVersioned => Function == RankFunction.RowNumber && Start == 1 && End == 1 && !HasNumber
        && Order is [{ Descending: true } key] && Input.Fields[key.Column].Type.TimeAttribute == TimeAttribute.Rowtime;

    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
