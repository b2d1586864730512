using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Left rows come out as they are, with the version of their time; versions are upserts, so nobody reads their old images.</summary>
internal sealed class TemporalJoinTrait : NodeTrait
{
    public override Type Node => typeof(TemporalJoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => facts.Updates(node.Inputs[0]);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => facts.Deletes(node.Inputs[0]);

    /// <summary>A left row has one version at most, so its key stays one where the order of its changes does.</summary>
    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        facts.KeysBy(node.Inputs[0], ((TemporalJoinNode)node).LeftKeys).ToArray();

    // An old row may have got another version than the new one: both must come.
    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => position == 0;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => true;

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (((TemporalJoinNode)node).IsForward && facts.Updates(node.Inputs[0]))
        {
            report.Add(
                PlannerErrors.NeedsInserts, node,
                "A row that waits for the next one cannot be taken back; join with the last one by >=.",
                "The left side of an ASOF JOIN with the next row", facts.Maker(node.Inputs[0]));
        }

        if (((TemporalJoinNode)node).IsAsof && facts.Updates(node.Inputs[1]))
        {
            report.Add(
                PlannerErrors.NeedsInserts, node, "Write FOR SYSTEM_TIME AS OF for versions.",
                "The right side of an ASOF JOIN", facts.Maker(node.Inputs[1]));
        }
    }

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (TemporalJoinNode)node with
    {
        LeftUpdates = facts.Updates(node.Inputs[0]), StateTtlMs = facts.Options.StateTtlMs,
    };
}
