using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Is a join whose rows are kept no longer than time demands.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
/// <param name="Kind">How time bounds it.</param>
/// <param name="Type">Which rows it gives.</param>
/// <param name="LeftKeys">Columns of the left side that must equal <paramref name="RightKeys"/>; for windows their bounds too.</param>
/// <param name="RightKeys">Columns of the right side, of the same types.</param>
/// <param name="NullSafe">For each key whether NULL equals NULL; otherwise NULL matches nothing.</param>
/// <param name="LeftTime">The left rowtime, or end of the window; −1 for the time of arrival.</param>
/// <param name="RightTime">The right rowtime, or end of the window; −1 for the time of arrival.</param>
/// <param name="LowerMs">Least left time − right time of an interval.</param>
/// <param name="UpperMs">Greatest left time − right time of an interval; for both kinds of ASOF −1 where equal times do not meet.</param>
/// <param name="Residual">What else must hold, over the left columns, then the right ones.</param>
/// <param name="Fields">The left columns, then the right ones, which semi and anti joins have not.</param>
/// <param name="Uid">Names its state.</param>
internal sealed record TimeJoinPlan(
    LogicalPlan Left,
    LogicalPlan Right,
    TimeJoinKind Kind,
    JoinType Type,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    ValueList<bool> NullSafe,
    int LeftTime,
    int RightTime,
    long LowerMs,
    long UpperMs,
    BoundExpression? Residual,
    ValueList<SqlField> Fields,
    string Uid = "") : LogicalPlan(Fields)
{
    /// <summary>Gets whether the ends of windows are local time of the session's zone.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Gets how the right side is looked up; null for all other kinds.</summary>
    public LookupSettings? Lookup { get; init; }

    /// <summary>Gets whether right columns leave the join.</summary>
    public bool HasRightColumns => Type is not (JoinType.Semi or JoinType.Anti);

    /// <summary>Gets the same join without time, for what does not depend on it.</summary>
    public JoinPlan Timeless => new(Left, Right, Type, LeftKeys, RightKeys, NullSafe, Residual, Fields);

    public override ValueList<LogicalPlan> Inputs => [Left, Right];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Left = inputs[0], Right = inputs[1] };

    public override string ToString() => base.ToString();
}
