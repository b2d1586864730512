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

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => Takes((SinkNode)node, facts) switch
    {
        ChangelogMode.Retract => true,
        ChangelogMode.Upsert => !KnowsKey((SinkNode)node, facts),
        _ => false,
    };

    public override void Demand(PhysicalNode node, ChangelogFacts facts)
    {
        var sink = (SinkNode)node;
        if (facts.Mode(sink.Inputs[0]) == ChangelogMode.Retract && Takes(sink, facts) == ChangelogMode.Upsert
            && sink.Table.PrimaryKey.Count > 0)
        {
            facts.Demands.DropOld(sink.Uid);
        }
    }

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
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) =>
        $"table '{SourceTrait.Short(((SinkNode)node).Table)}'";

    /// <summary>Tells whether changes name rows by the table's primary key, exactly.</summary>
    private static bool KnowsKey(SinkNode sink, ChangelogFacts facts) =>
        facts.Keys(sink.Inputs[0]).Any(key => ChangelogFacts.SameColumns(key, sink.Table.PrimaryKey));

    private static ChangelogMode? Takes(SinkNode sink, ChangelogFacts facts) =>
        facts.Connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table);
}
