using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
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

    /// <summary>Returns the numbering of a filter that keeps each partition's last row in event time: ROW_NUMBER() = 1.</summary>
    private static OverPlan? LastRow(FilterPlan filter)
    {
        int column = ExpressionTree.Conjuncts(filter.Predicate).Select(NumberOne).FirstOrDefault(c => c >= 0, -1);
        LogicalPlan below = filter.Input;
        while (column >= 0 && below is ProjectPlan project)
        {
            column = project.Expressions[column] is ColumnExpression plain ? plain.Index : -1;
            below = project.Input;
        }

        return column >= 0 && below is OverPlan over && column >= over.Input.Fields.Count
            && over.Calls[column - over.Input.Fields.Count].Call.Function == "ROW_NUMBER"
            && over.Order is [{ Descending: true }]
            ? over : null;
    }

    private static int NumberOne(BoundExpression condition) => condition is CallExpression
    {
        Function: "=" or "<=", Arguments: [var value, LiteralExpression { Value: "1" }],
    } && Bare(value) is ColumnExpression column ? column.Index : -1;

    private static BoundExpression Bare(BoundExpression value) => value is CastExpression cast ? Bare(cast.Input) : value;
}
