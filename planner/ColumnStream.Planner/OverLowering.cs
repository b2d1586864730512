using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Decides which window functions are answered while rows come: those over all rows up to the current one in time.</summary>
internal static class OverLowering
{
    private const string Batch = "SET 'execution.runtime-mode' = 'batch' for a bounded input.";

    /// <summary>Makes the node of window functions; in streaming mode one that answers in time, or else follows all changes.</summary>
    public static PhysicalNode Node(OverPlan plan, int input, ChangelogFacts facts, string uid)
    {
        var over = new OverNode(plan.Partition, plan.Order, plan.Calls)
        {
            Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid,
        };
        if (!facts.IsBatch && IsSorted(over))
        {
            return new SortedOverNode(plan.Partition, plan.Order, plan.Calls)
            {
                Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid, InsertOnlyInput = !facts.Updates(input),
            };
        }

        return facts.IsBatch || WhyNot(over) is not null ? over : new TimeOverNode(plan.Partition, plan.Order[0].Column, plan.Calls)
        {
            Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid,
        };
    }

    /// <summary>Tells whether rows have an order that time does not give: each one may change the answers of others.</summary>
    private static bool IsSorted(OverNode over) => over.Order.Count > 0
        && over.Output[over.Order[0].Column].Type.TimeAttribute == TimeAttribute.None;

    /// <summary>Says what does not run in streaming mode, as the beginning of a sentence; null where all does.</summary>
    public static (string What, string Hint)? WhyNot(OverNode over)
    {
        if (over.Order.Count != 1 || over.Order[0].Descending
            || over.Output[over.Order[0].Column].Type.TimeAttribute == TimeAttribute.None)
        {
            return over.Order.Count == 0 ? ("OVER without ORDER BY in streaming mode", Batch)
                : ("OVER ordered by a time attribute that falls, or by more than it,",
                    "Order by an ascending time attribute alone, or cast it to TIMESTAMP(3) to order by its value.");
        }

        foreach (WindowCall call in over.Calls)
        {
            if (call.Frame is null && call.Call.Function is not ("ROW_NUMBER" or "RANK" or "DENSE_RANK" or "LAG"))
            {
                return ($"{call.Call.Function} OVER in streaming mode", Batch);
            }

            if (call.Frame is { } frame && (frame.End.Kind != FrameLimitKind.CurrentRow
                || frame.Start.Kind > FrameLimitKind.CurrentRow))
            {
                return ("A frame that does not end with the current row, in streaming mode,", "Write ... AND CURRENT ROW.");
            }
        }

        return null;
    }
}
