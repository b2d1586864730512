using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Pairs come once; rows without one come when none can follow. Both sides only insert.</summary>
internal sealed class IntervalJoinTrait : NodeTrait
{
    public override Type Node => typeof(IntervalJoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report) =>
        CheckInserts(node, "An interval join", facts, report);

    /// <summary>Reports inputs that update.</summary>
    public static void CheckInserts(PhysicalNode node, string name, ChangelogFacts facts, ChangelogReport report)
    {
        foreach (int input in node.Inputs)
        {
            if (facts.Updates(input))
            {
                report.Add(
                    PlannerErrors.NeedsInserts, node, "Cast the time column to TIMESTAMP(3) for a regular join.",
                    name, facts.Maker(input));
            }
        }
    }
}
