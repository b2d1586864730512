using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Picks the nodes of top-N, deduplicate, and of ORDER BY and LIMIT whose answer is a changelog.</summary>
internal static class RankLowering
{
    /// <summary>Makes the node of a top-N over <paramref name="input"/>; over windows it waits until they close.</summary>
    public static PhysicalNode Rank(RankPlan plan, int input, ChangelogFacts facts, string uid)
    {
        int start = Bound(plan, WindowRole.Start);
        int end = Bound(plan, WindowRole.End);
        bool isInsertOnly = !facts.Updates(input);
        if (start >= 0 && end >= 0 && !facts.IsBatch && isInsertOnly)
        {
            return new WindowRankNode(plan.Function, plan.Partition, plan.Order, plan.Start, plan.End, plan.HasNumber, end)
            {
                Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid,
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

    /// <summary>Tells whether ORDER BY with LIMIT, or LIMIT over updates, has to answer before its input ends.</summary>
    public static bool IsChangelog(int input, long count, ChangelogFacts facts) =>
        count >= 0 && !facts.IsBatch && !facts.IsBounded(input);

    /// <summary>Makes the node of ORDER BY with LIMIT: a top-N of all rows.</summary>
    public static PhysicalNode Limit(
        int input,
        ValueList<SortKey> keys,
        long offset,
        long count,
        ValueList<SqlField> fields,
        ChangelogFacts facts,
        string uid) =>
        new RankNode(RankFunction.RowNumber, default, keys, offset + 1, Last(offset, count), HasNumber: false)
        {
            Id = 0, Inputs = [input], Output = fields, Uid = uid, InsertOnlyInput = !facts.Updates(input),
        };

    private static long Last(long offset, long count) => count > long.MaxValue - offset ? long.MaxValue : offset + count;

    private static int Bound(RankPlan plan, WindowRole role)
    {
        foreach (int column in plan.Partition.Where(c => WindowLineage.RoleOf(plan.Input, c) == role))
        {
            return column;
        }

        return -1;
    }
}
