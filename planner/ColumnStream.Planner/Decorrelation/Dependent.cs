using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>Is a query whose parameters all stand on top: a plan without them, and expressions over its columns with them.</summary>
/// <param name="Plan">The plan; nothing in it depends on the outer row.</param>
/// <param name="Outputs">The columns of the query.</param>
/// <param name="Conditions">What must hold for a row of the plan to be one of the query's.</param>
/// <param name="IsTotal">
/// Whether the query has its row also where the plan has none, as an aggregation over all rows: the outputs then say what it
/// holds, over NULLs.
/// </param>
/// <param name="After">Conditions that a total query puts on that row: HAVING.</param>
/// <param name="IsSingle">Whether no outer row meets two rows.</param>
internal sealed record Dependent(
    LogicalPlan Plan,
    IReadOnlyList<BoundExpression> Outputs,
    IReadOnlyList<BoundExpression> Conditions,
    bool IsTotal,
    IReadOnlyList<BoundExpression> After,
    bool IsSingle = false)
{
    /// <summary>Takes a plan as it is.</summary>
    public static Dependent Of(LogicalPlan plan) => new(plan, Columns(plan), [], IsTotal: false, []);

    /// <summary>Returns the columns of a plan.</summary>
    public static BoundExpression[] Columns(LogicalPlan plan) =>
        [.. plan.Fields.Select((field, i) => new ColumnExpression(i, field.Type))];
}
