using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Picks the nodes of top-N, deduplicate, and of ORDER BY and LIMIT whose answer is a changelog.</summary>
internal static class RankLowering
{
    /// <summary>Makes the node of a top-N over <paramref name="input"/>; over windows it waits until they close.</summary>
    public static PhysicalNode Rank(RankPlan plan, int input, ChangelogFacts facts, string uid)
    {
        bool isInsertOnly = !facts.Updates(input);

        // No watermark says that all rows of a window of processing time have come: these rank as all rows do.
        if (!facts.IsBatch && isInsertOnly
            && WindowBounds.Of(plan.Input) is { Window.IsProctime: false } bounds
            && bounds.AreIn(plan.Partition))
        {
            int end = plan.Partition.First(c => bounds.Ends.Contains(c));
            return new WindowRankNode(plan.Function, plan.Partition, plan.Order, plan.Start, plan.End, plan.HasNumber, end)
            {
                Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid, IsLocal = bounds.Window.IsLocal,
            };
        }

        var rank = new RankNode(plan.Function, plan.Partition, plan.Order, plan.Start, plan.End, plan.HasNumber)
        {
            Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid, InsertOnlyInput = isInsertOnly,
        };
        return rank with
        {
            WaitsForWatermark = isInsertOnly && !facts.IsBatch && rank.KeepsFirst && rank.Time == TimeAttribute.Rowtime,
        };
    }

    /// <summary>
    /// Makes the node of ORDER BY and LIMIT: at the end of an input that ends; else a top-N of all rows, or a sort by rowtime
    /// that follows the watermark.
    /// </summary>
    public static PhysicalNode Sort(
        int input,
        ValueList<SortKey> keys,
        long offset,
        long count,
        ValueList<SqlField> fields,
        ChangelogFacts facts,
        string uid)
    {
        bool isEndless = !facts.IsBatch && !facts.IsBounded(input);
        if (isEndless && count >= 0)
        {
            return new RankNode(RankFunction.RowNumber, default, keys, offset + 1, Last(offset, count), HasNumber: false)
            {
                Id = 0, Inputs = [input], Output = fields, Uid = uid, InsertOnlyInput = !facts.Updates(input),
            };
        }

        bool isInTime = isEndless && offset == 0 && !facts.Updates(input) && keys is [{ Descending: false } first, ..]
            && fields[first.Column].Type.TimeAttribute == TimeAttribute.Rowtime;
        return isInTime
            ? new TimeSortNode(keys) { Id = 0, Inputs = [input], Output = fields, Uid = uid }
            : new SortNode(keys, offset, count) { Id = 0, Inputs = [input], Output = fields, Uid = uid };
    }

    private static long Last(long offset, long count) => count > long.MaxValue - offset ? long.MaxValue : offset + count;
}
