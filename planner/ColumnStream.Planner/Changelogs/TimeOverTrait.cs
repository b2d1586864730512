using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives each row once, in time, with its calls beside it; what was answered is never taken back.</summary>
internal sealed class TimeOverTrait : NodeTrait
{
    public override Type Node => typeof(TimeOverNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        facts.KeysBy(node.Inputs[0], ((TimeOverNode)node).Partition);

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Updates(node.Inputs[0]))
        {
            report.Add(PlannerErrors.NeedsInserts, node, null, "OVER", facts.Maker(node.Inputs[0]));
        }
    }

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) =>
        (TimeOverNode)node with { StateTtlMs = facts.Options.StateTtlMs };

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "OVER";
}
