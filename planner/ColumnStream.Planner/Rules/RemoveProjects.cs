using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Drops projections that pass on their input as it is; names alone keep none.</summary>
internal static class RemoveProjects
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is ProjectPlan project && IsIdentity(project) ? project.Input : node);

    private static bool IsIdentity(ProjectPlan project) =>
        project.Expressions.Count == project.Input.Fields.Count
        && project.Expressions.Select((e, i) => e is ColumnExpression column && column.Index == i
            && project.Fields[i].Type == project.Input.Fields[i].Type).All(same => same);
}
