using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>A sink takes what its connector says: inserts, upserts by the primary key, or everything.</summary>
internal sealed class SinkTrait : NodeTrait
{
    public override Type Node => typeof(SinkNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) =>
        Takes((SinkNode)node, facts) == ChangelogMode.Retract;

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        var sink = (SinkNode)node;
        int input = sink.Inputs[0];
        if (!facts.Updates(input))
        {
            return;
        }

        string table = SourceTrait.Short(sink.Table);
        switch (Takes(sink, facts))
        {
            case ChangelogMode.InsertOnly:
                report.Add(
                    PlannerErrors.SinkTakesInserts, sink,
                    "Aggregate over a window, write to format debezium-json or to a table with a primary key, or run in"
                    + " batch mode.",
                    table, facts.Maker(input));
                break;
            case ChangelogMode.Upsert when sink.Table.PrimaryKey.Count == 0:
                report.Add(
                    PlannerErrors.SinkNeedsKey, sink, $"Add PRIMARY KEY ({facts.KeyNames(input)}) NOT ENFORCED to the table.",
                    table, facts.Maker(input));
                break;
            case ChangelogMode.Upsert when !facts.Keys(input).Any(k => ChangelogFacts.SameColumns(k, sink.Table.PrimaryKey)):
                string declared = string.Join(", ", sink.Table.PrimaryKey.Select(k => sink.Table.Columns[k].Name));
                report.Add(
                    PlannerErrors.KeyDiffers, sink, $"Declare PRIMARY KEY ({facts.KeyNames(input)}) NOT ENFORCED.", declared,
                    table, facts.KeyNames(input));
                break;
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) =>
        $"table '{SourceTrait.Short(((SinkNode)node).Table)}'";

    /// <summary>Refuses −U at a sink by key: a filter over updates, or another consumer, needs them upstream.</summary>
    public static void RefuseOldImages(SinkNode sink, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.Mode(sink.Inputs[0]) == ChangelogMode.Retract && Takes(sink, facts) == ChangelogMode.Upsert)
        {
            report.Add(
                PlannerErrors.NotSupported, sink, "Write to format debezium-json, or filter by key columns only.",
                "Retractions into a table that takes updates by key");
        }
    }

    private static ChangelogMode? Takes(SinkNode sink, ChangelogFacts facts) =>
        facts.Connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table);
}
