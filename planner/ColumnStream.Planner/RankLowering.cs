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
        return start >= 0 && end >= 0 && !facts.IsBatch && !facts.Updates(input)
            ? new WindowRankNode(plan.Function, plan.Partition, plan.Order, plan.Start, plan.End, plan.HasNumber, end)
            {
                Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid,
            }
            : new RankNode(plan.Function, plan.Partition, plan.Order, plan.Start, plan.End, plan.HasNumber)
            {
                Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid, InsertOnlyInput = !facts.Updates(input),
            };
    }

    private static int Bound(RankPlan plan, WindowRole role)
    {
        foreach (int column in plan.Partition.Where(c => WindowLineage.RoleOf(plan.Input, c) == role))
        {
            return column;
        }

        return -1;
    }
}
