using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Reads a table once for all who read it in a job: with the columns of all of them.</summary>
internal static class ShareTableReads
{
    public static SinkPlan[] Apply(IReadOnlyList<SinkPlan> sinks)
    {
        var columns = new Dictionary<TableReadPlan, SortedSet<int>>();
        foreach (SinkPlan sink in sinks)
        {
            Collect(sink, columns);
        }

        return [.. sinks.Select(sink => (SinkPlan)Tidy(LogicalRule.BottomUp(sink, node =>
            node is TableReadPlan read ? Widen(read, columns[KeyOf(read)]) : node)))];
    }

    private static TableReadPlan KeyOf(TableReadPlan read) => read.WithColumns(default);

    private static void Collect(LogicalPlan plan, Dictionary<TableReadPlan, SortedSet<int>> columns)
    {
        if (plan is TableReadPlan read)
        {
            if (!columns.TryGetValue(KeyOf(read), out SortedSet<int>? known))
            {
                columns.Add(KeyOf(read), known = []);
            }

            known.UnionWith(read.Columns);
        }

        foreach (LogicalPlan input in plan.Inputs)
        {
            Collect(input, columns);
        }
    }

    private static LogicalPlan Widen(TableReadPlan read, SortedSet<int> columns)
    {
        int[] all = [.. columns];
        if (all.SequenceEqual(read.Columns))
        {
            return read;
        }

        return new ProjectPlan(
            read.WithColumns(ValueList.From(all)),
            ValueList.From(read.Columns.Select(
                (c, i) => (BoundExpression)new ColumnExpression(System.Array.IndexOf(all, c), read.Fields[i].Type))),
            read.Fields);
    }

    /// <summary>Moves filters below the new projections, where equal ones can be shared too.</summary>
    private static LogicalPlan Tidy(LogicalPlan plan) =>
        RemoveProjects.Apply(MergeProjects.Apply(PushFilters.Apply(plan)));
}
