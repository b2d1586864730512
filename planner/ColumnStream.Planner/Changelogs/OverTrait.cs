using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives each row once, with its calls beside it.</summary>
internal sealed class OverTrait : NodeTrait
{
    public override Type Node => typeof(OverNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        facts.KeysBy(node.Inputs[0], ((OverNode)node).Partition);

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (!facts.IsBatch && OverLowering.WhyNot((OverNode)node) is var (what, hint))
        {
            report.Add(PlannerErrors.NotSupported, node, hint, what);
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "OVER";
}
