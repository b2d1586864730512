using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Is a plan without the projections and filters on top: what they compute and ask, over what stands below them.</summary>
/// <param name="Core">What stands below.</param>
/// <param name="Columns">The plan's columns, over those of the core; over those of the table where that is a table.</param>
/// <param name="Conditions">What all its rows meet.</param>
internal sealed record PeeledPlan(LogicalPlan Core, BoundExpression[] Columns, IReadOnlyList<BoundExpression> Conditions)
{
    /// <summary>Peels a plan; what is volatile stays.</summary>
    public static PeeledPlan Of(LogicalPlan plan)
    {
        BoundExpression[] columns = [.. plan.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        List<BoundExpression> conditions = [];
        while (true)
        {
            switch (plan)
            {
                case ProjectPlan project when !project.Expressions.Any(ExpressionTree.IsVolatile):
                    columns = [.. columns.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    conditions = [.. conditions.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    plan = project.Input;
                    break;
                case FilterPlan filter when !ExpressionTree.IsVolatile(filter.Predicate):
                    conditions.AddRange(ExpressionTree.Conjuncts(filter.Predicate));
                    plan = filter.Input;
                    break;
                case TableReadPlan read:
                    BoundExpression Declared(BoundExpression e) => ExpressionTree.Remap(e, i => read.Columns[i]);
                    return new PeeledPlan(
                        read.WithColumns(default), [.. columns.Select(Declared)], [.. conditions.Select(Declared)]);
                default:
                    return new PeeledPlan(plan, columns, conditions);
            }
        }
    }

    /// <summary>Tells whether two plans have the same rows, perhaps with other columns.</summary>
    public bool HasRowsOf(PeeledPlan other) => Core is not (ProjectPlan or FilterPlan) && Core.Equals(other.Core)
        && Conditions.All(other.Conditions.Contains) && other.Conditions.All(Conditions.Contains);
}
