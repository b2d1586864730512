using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;

namespace ColumnStream.Planner.Changelogs;

/// <summary>A table gives what its connector says; its primary key identifies its rows.</summary>
internal sealed class SourceTrait : NodeTrait
{
    public override Type Node => typeof(SourceNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => Mode(node, facts) != ChangelogMode.InsertOnly;

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    public override bool IsBounded(PhysicalNode node, ChangelogFacts facts)
    {
        TableSpec table = ((SourceNode)node).Table;
        return facts.Connectors.Find(table.Connector)?.IsBounded(table) ?? false;
    }

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var source = (SourceNode)node;
        int[] projection = [.. source.Projection];
        int[] key = [.. source.Table.PrimaryKey.Select(column => Array.IndexOf(projection, column))];
        return key.Length == 0 || key.Contains(-1) ? [] : [key];
    }

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => Mode(node, facts) == ChangelogMode.Retract;

    public override void Demand(PhysicalNode node, ChangelogFacts facts)
    {
        if (facts.NeedsOld(node.Id) && Mode(node, facts) == ChangelogMode.Upsert
            && ((SourceNode)node).Table.PrimaryKey.Count > 0)
        {
            facts.Demands.Normalize(node.Uid);
        }
    }

    public override void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.NeedsOld(node.Id) && Mode(node, facts) == ChangelogMode.Upsert)
        {
            report.Add(
                PlannerErrors.NeedsOldRows, node, "Declare PRIMARY KEY (...) NOT ENFORCED: rows are then kept by it.", "The query",
                Short(((SourceNode)node).Table));
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => $"table '{Short(((SourceNode)node).Table)}'";

    /// <summary>Returns a table's name without catalog and database.</summary>
    public static string Short(TableSpec table) => table.Name[(table.Name.LastIndexOf('.') + 1)..];

    private static ChangelogMode Mode(PhysicalNode node, ChangelogFacts facts)
    {
        TableSpec table = ((SourceNode)node).Table;
        return facts.Connectors.Find(table.Connector)?.SourceChangelog(table) ?? ChangelogMode.InsertOnly;
    }
}
