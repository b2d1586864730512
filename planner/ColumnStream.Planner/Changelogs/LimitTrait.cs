using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes the first inserts; which rows are the first of an updating input is known at its end only.</summary>
internal sealed class LimitTrait : NodeTrait
{
    public override Type Node => typeof(LimitNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Updates(node.Inputs[0]) && !facts.IsBounded(node.Id))
        {
            report.Add(PlannerErrors.LimitUpdating, node, null, facts.Maker(node.Inputs[0]));
        }
    }
}
