using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Decides for every edge whether it carries inserts, upserts by key or retractions.</summary>
/// <remarks>
/// Forward, while nodes are made, each says what it makes and which columns identify its rows (<see cref="ChangelogFacts"/>);
/// backward, each says whether it needs the old image of an update (−U); forward again, the cheapest mode that serves all
/// consumers is set. In batch mode every edge carries inserts only: aggregates give their final rows at the end.
/// </remarks>
internal static class ChangelogInference
{
    /// <summary>Sets modes and upsert keys in place; false when the plan must be lowered again with more demands.</summary>
    /// <param name="nodes">The nodes in post-order.</param>
    /// <param name="facts">The facts of the nodes.</param>
    /// <param name="diagnostics">Takes errors.</param>
    /// <param name="sinkSpans">The statement of each sink node.</param>
    public static bool Run(
        List<PhysicalNode> nodes,
        ChangelogFacts facts,
        DiagnosticBag diagnostics,
        IReadOnlyDictionary<int, SourceSpan> sinkSpans)
    {
        int[] sinkOf = new int[nodes.Count];
        for (int id = nodes.Count - 1; id >= 0; id--)
        {
            Require(nodes[id], facts, sinkOf);
        }

        for (int id = 0; id < nodes.Count; id++)
        {
            PhysicalNode node = facts.Trait(id).Finish(nodes[id], facts);
            nodes[id] = node with
            {
                Changelog = !facts.Updates(id) ? ChangelogMode.InsertOnly
                    : facts.Trait(id).MakesOld(node, facts) ? ChangelogMode.Retract : ChangelogMode.Upsert,
                UpsertKey = ValueList.From(facts.Key(id) ?? []),
            };
            facts.Set(id, nodes[id]);
        }

        int demands = facts.Demands.Count;
        foreach (PhysicalNode node in nodes)
        {
            facts.Trait(node.Id).Demand(node, facts);
        }

        Determinism.Resolve(nodes, facts);
        if (facts.Demands.Count > demands)
        {
            return false;
        }

        var report = new ChangelogReport(diagnostics, sinkSpans, sinkOf);
        for (int id = nodes.Count - 1; id >= 0; id--)
        {
            facts.Trait(id).Check(nodes[id], facts, report);
        }

        GrowthPrediction.Check(nodes, facts, report);
        Determinism.Check(nodes, facts, report);

        return true;
    }

    private static void Require(PhysicalNode node, ChangelogFacts facts, int[] sinkOf)
    {
        if (node is SinkNode)
        {
            sinkOf[node.Id] = node.Id;
        }

        for (int position = 0; position < node.Inputs.Count; position++)
        {
            int input = node.Inputs[position];
            sinkOf[input] = sinkOf[node.Id];
            if (facts.Updates(input) && facts.Trait(node.Id).NeedsOld(node, position, facts))
            {
                facts.Need(input);
            }
        }
    }
}
