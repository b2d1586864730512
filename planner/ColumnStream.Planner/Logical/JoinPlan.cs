using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Is the regular join: all rows of both sides may meet at any time.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
/// <param name="Type">Which rows it gives.</param>
/// <param name="LeftKeys">Columns of the left side that must equal <paramref name="RightKeys"/>; none for a cross join.</param>
/// <param name="RightKeys">Columns of the right side, of the same types.</param>
/// <param name="NullSafe">For each key whether NULL equals NULL (IS NOT DISTINCT FROM); otherwise NULL matches nothing.</param>
/// <param name="Residual">What else must hold, over the left columns, then the right ones; also for semi and anti joins.</param>
/// <param name="Fields">The left columns, then the right ones, which semi and anti joins have not; never time attributes.</param>
/// <param name="Uid">Names its state.</param>
internal sealed record JoinPlan(
    LogicalPlan Left,
    LogicalPlan Right,
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    ValueList<bool> NullSafe,
    BoundExpression? Residual,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    /// <summary>Gets how long a left row is kept after its last change, or −1 where the job's option decides.</summary>
    public long LeftTtlMs { get; init; } = -1;

    /// <summary>Gets how long a right row is kept after its last change, or −1 where the job's option decides.</summary>
    public long RightTtlMs { get; init; } = -1;

    /// <summary>Gets the hints of the sides, which EXPLAIN shows and nothing follows: there is one way to join here; or empty.</summary>
    public string Hint { get; init; } = string.Empty;

    /// <summary>Gets whether right columns leave the join.</summary>
    public bool HasRightColumns => Type is not (JoinType.Semi or JoinType.Anti);

    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    /// <summary>Returns the columns that leave a join of two sides: nullable where the other side may be missing.</summary>
    public static ValueList<SqlField> FieldsOf(LogicalPlan left, LogicalPlan right, JoinType type)
    {
        IEnumerable<SqlField> Side(LogicalPlan side, bool isMissing) => side.Fields.Select(f => f with
        {
            Type = f.Type.Materialized().WithNullable(f.Type.Nullable || isMissing),
        });
        IEnumerable<SqlField> fields = Side(left, type is JoinType.Right or JoinType.Full);
        return ValueList.From(type is JoinType.Semi or JoinType.Anti
            ? fields : fields.Concat(Side(right, type is JoinType.Left or JoinType.Full)));
    }

    public override string ToString() => base.ToString();
}
