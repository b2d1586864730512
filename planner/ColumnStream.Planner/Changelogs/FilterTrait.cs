using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Changelogs;

/// <summary>A row that changes may begin or cease to pass: its old image is needed unless only key columns are asked.</summary>
internal sealed class FilterTrait : NodeTrait
{
    public override Type Node => typeof(FilterNode);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) =>
        facts.Deletes(node.Inputs[0]) || AsksMore(node, facts);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => facts.Keys(node.Inputs[0]);

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) =>
        facts.NeedsOld(node.Id) || AsksMore(node, facts);

    private static bool AsksMore(PhysicalNode node, ChangelogFacts facts)
    {
        SortedSet<int> asked = ExpressionTree.ColumnsOf(((FilterNode)node).Predicate);
        return !facts.Keys(node.Inputs[0]).Any(key => asked.All(key.Contains));
    }
}
