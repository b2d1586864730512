using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>
/// Is a join of FROM whose kind is not known yet, because WHERE has its say: its columns are still time attributes.
/// It lives from FROM to WHERE of one SELECT; <see cref="JoinFinisher"/> turns it into a real plan.
/// </summary>
/// <param name="LeftSide">The left relation, which may be provisional too.</param>
/// <param name="RightSide">The right relation.</param>
/// <param name="Type">Inner for a cross join.</param>
/// <param name="Conjuncts">Conditions of ON and USING over the left columns, then the right ones.</param>
/// <param name="SystemTime">The time of FOR SYSTEM_TIME AS OF over the left columns, or null.</param>
/// <param name="Syntax">The join as written.</param>
/// <param name="Fields">The left columns, then the right ones.</param>
internal sealed record ProvisionalJoinPlan(
    Relation LeftSide,
    Relation RightSide,
    JoinType Type,
    ValueList<BoundExpression> Conjuncts,
    BoundExpression? SystemTime,
    JoinTable Syntax,
    ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [LeftSide.Plan, RightSide.Plan];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) =>
        throw new InvariantException(9001, "A provisional join reached a rule.");

    public override string ToString() => $"Provisional {Type} join, {Conjuncts.Count} conditions";
}
