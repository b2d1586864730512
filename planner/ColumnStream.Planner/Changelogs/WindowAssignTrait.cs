using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Puts rows into windows; a row in several of them is known by its key no longer.</summary>
internal sealed class WindowAssignTrait : NodeTrait
{
    public override Type Node => typeof(WindowAssignNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        int start = node.Output.Count - 3;
        return ((WindowAssignNode)node).Window.Kind is WindowKind.Tumble or WindowKind.Session
            ? facts.Keys(node.Inputs[0]) : facts.Keys(node.Inputs[0]).Select(int[] (k) => [.. k, start, start + 1]);
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) =>
        ((WindowAssignNode)node).Window.Kind != WindowKind.Tumble || facts.NeedsOld(node.Id);

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        // A row and its retraction come at different times.
        if (((WindowAssignNode)node).Window.IsProctime && facts.Updates(node.Inputs[0]))
        {
            report.Add(
                PlannerErrors.NeedsInserts, node, "Group by window_start and window_end, or use a rowtime.",
                "A window function over processing time without its aggregation", facts.Maker(node.Inputs[0]));
        }
    }
}
