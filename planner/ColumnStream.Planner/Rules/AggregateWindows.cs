using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes window aggregates of aggregations by window_start and window_end: their state goes when windows end.</summary>
/// <remarks>
/// Right above a window function both become one step, grouping sets included. Anywhere else, over windows' aggregates or
/// where more than the function stands between, rows carry the bounds of their window, and the step reads them.
/// </remarks>
internal static class AggregateWindows
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is AggregatePlan { Keys.Count: >= 2 } aggregate ? Convert(aggregate) ?? Attach(aggregate) ?? node : node);

    private static LogicalPlan? Convert(AggregatePlan aggregate)
    {
        // Everything is expressed over the window's output while walking down to it.
        var expand = aggregate.Input as ExpandPlan;
        LogicalPlan input = expand?.Input ?? aggregate.Input;
        BoundExpression[] columns = [.. input.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        List<BoundExpression> conditions = [];
        while (input is not WindowPlan)
        {
            switch (input)
            {
                case ProjectPlan project when !project.Expressions.Any(ExpressionTree.IsVolatile):
                    columns = [.. columns.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    conditions = [.. conditions.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    input = project.Input;
                    break;
                case FilterPlan filter when !ExpressionTree.IsVolatile(filter.Predicate):
                    conditions.AddRange(ExpressionTree.Conjuncts(filter.Predicate));
                    input = filter.Input;
                    break;
                default:
                    return null;
            }
        }

        return new WindowConversion(aggregate, expand, (WindowPlan)input, columns, conditions).Build();
    }

    /// <summary>Aggregates rows by the bounds that they carry.</summary>
    private static ProjectPlan? Attach(AggregatePlan aggregate)
    {
        if (WindowBounds.Of(aggregate.Input) is not { } bounds || !bounds.AreIn(aggregate.Keys))
        {
            return null;
        }

        ValueList<SqlField> given = aggregate.Input.Fields;
        int start = aggregate.Keys.First(k => bounds.Starts.Contains(k));
        int end = aggregate.Keys.First(k => bounds.Ends.Contains(k));
        int time = aggregate.Keys.FirstOrDefault(k => bounds.Times.Contains(k), -1);
        int[] keys = [.. aggregate.Keys.Where(
            k => !bounds.Starts.Contains(k) && !bounds.Ends.Contains(k) && !bounds.Times.Contains(k)).Append(start)];
        int first = keys.Length + aggregate.Aggregates.Count;
        SqlField[] fields =
        [
            .. keys.Select(k => aggregate.Fields[aggregate.Keys.ToList().IndexOf(k)]),
            .. aggregate.Fields.Skip(aggregate.Keys.Count),
            given[end],
            time >= 0 ? given[time] : new SqlField("window_time", SqlType.Timestamp(3).WithNullable(false)),
        ];
        var window = new WindowSpec(WindowKind.Attached, end, bounds.Window.SizeMs, bounds.Window.SlideMs, bounds.Window.OffsetMs)
        {
            IsProctime = bounds.Window.IsProctime,
            IsLocal = bounds.Window.IsLocal,
        };
        var plan = new WindowAggregatePlan(
            aggregate.Input, window, ValueList.From(keys), aggregate.Aggregates, ValueList.From(fields), aggregate.Uid)
        {
            Origin = bounds.Window,
        };
        int Place(int key) => bounds.Starts.Contains(key) ? keys.Length - 1
            : bounds.Ends.Contains(key) ? first
            : bounds.Times.Contains(key) ? first + 1
            : System.Array.IndexOf(keys, key);
        IEnumerable<BoundExpression> output = aggregate.Fields.Select((f, i) => new ColumnExpression(
            i < aggregate.Keys.Count ? Place(aggregate.Keys[i]) : i - aggregate.Keys.Count + keys.Length, f.Type));
        return new ProjectPlan(plan, ValueList.From(output), aggregate.Fields);
    }
}
