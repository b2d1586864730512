using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Finds the columns by which the rows of a plan are versions of one another.</summary>
internal static class VersionedKeys
{
    /// <summary>Returns the keys of a plan: a primary key, what a deduplication partitions by, or what a projection leaves of them.</summary>
    public static IEnumerable<int[]> Of(LogicalPlan plan)
    {
        switch (plan)
        {
            case TableReadPlan read when read.Table.PrimaryKey.Count > 0:
                int[] key =
                [
                    .. read.Table.PrimaryKey.Select(name => Array.FindIndex(
                        [.. read.Columns], c => read.Table.Columns[c].Name == name)),
                ];
                return key.Contains(-1) ? [] : [key];
            case RankPlan { IsVersioned: true } rank:
                return [[.. rank.Partition]];
            case FilterPlan filter when LastRow(filter) is { } over:
                return [[.. over.Partition]];
            case FilterPlan filter:
                return Of(filter.Input);
            case ProjectPlan project:
                return Of(project.Input)
                    .Select(k => k.Select(c => Array.FindIndex(
                        [.. project.Expressions], e => e is ColumnExpression column && column.Index == c)).ToArray())
                    .Where(k => !k.Contains(-1));
            default:
                return [];
        }
    }

    /// <summary>
    /// Returns a plan with all rows in place of the last one of each key: the join finds the version of each time itself, while a
    /// deduplication gives what is left of a batch and forgets versions between.
    /// </summary>
    public static LogicalPlan Unfold(LogicalPlan plan) => plan switch
    {
        RankPlan { IsVersioned: true } rank => rank.Input,
        ProjectPlan project => project with { Input = Unfold(project.Input) },
        FilterPlan filter when LastRow(filter) is { } over => Replace(filter.Input, over),
        _ => plan,
    };

    private static LogicalPlan Replace(LogicalPlan plan, OverPlan over) => plan is ProjectPlan project
        ? project with { Input = Replace(project.Input, over) }
        : new ProjectPlan(
            over.Input,
            [
                .. over.Input.Fields.Select((f, i) => (BoundExpression)new ColumnExpression(i, f.Type)),
                new LiteralExpression("1", over.Fields[^1].Type),
            ],
            over.Fields);

    /// <summary>Returns the numbering of a filter that keeps each partition's last row in event time: ROW_NUMBER() = 1.</summary>
    private static OverPlan? LastRow(FilterPlan filter)
    {
        int column = NumberOne(filter.Predicate);
        LogicalPlan below = filter.Input;
        while (column >= 0 && below is ProjectPlan project)
        {
            column = project.Expressions[column] is ColumnExpression plain ? plain.Index : -1;
            below = project.Input;
        }

        return column >= 0
            && below is OverPlan { Calls: [{ Call.Function: "ROW_NUMBER" }], Order: [{ Descending: true } order] } over
            && column == over.Input.Fields.Count
            && over.Input.Fields[order.Column].Type.TimeAttribute == TimeAttribute.Rowtime ? over : null;
    }

    private static int NumberOne(BoundExpression condition) =>
        condition is CallExpression { Function: "=" or "<=", Arguments: [var value, var one] }
        && Bare(value) is ColumnExpression column && Bare(one) is LiteralExpression { Value: "1" } ? column.Index : -1;

    private static BoundExpression Bare(BoundExpression value) => value is CastExpression cast ? Bare(cast.Input) : value;
}
