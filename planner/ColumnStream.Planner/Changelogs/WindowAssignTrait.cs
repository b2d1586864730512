using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Puts rows into windows; a row in several of them is known by its key no longer.</summary>
internal sealed class WindowAssignTrait : NodeTrait
{
    public override Type Node => typeof(WindowAssignNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) =>
        ((WindowAssignNode)node).Window.Kind == WindowKind.Tumble ? facts.Keys(node.Inputs[0]) : [];

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Updates(node.Inputs[0]))
        {
            report.Add(
                PlannerErrors.NeedsInserts, node, "Group by window_start and window_end.",
                "A window function without its aggregation", facts.Maker(node.Inputs[0]));
        }
    }
}
