using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Gives the final rows at the end of its input, which must end.</summary>
internal sealed class SortTrait : NodeTrait
{
    public override Type Node => typeof(SortNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.IsBounded(node.Id) || facts.IsBatch)
        {
            return;
        }

        var sort = (SortNode)node;
        if (sort.Keys.Count == 0)
        {
            report.Add(PlannerErrors.LimitUpdating, node, "Read a bounded table.", facts.Maker(node.Inputs[0]));
        }
        else
        {
            report.Add(
                PlannerErrors.SortUnbounded, node, "Read a bounded table, or drop ORDER BY.",
                facts.Names(node.Id, sort.Keys.Select(k => k.Column)));
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "ORDER BY";
}
