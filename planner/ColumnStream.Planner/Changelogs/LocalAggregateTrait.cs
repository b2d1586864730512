using System;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Passes on parts of aggregates, which are added up and never taken back; over updates every old row must come.</summary>
internal sealed class LocalAggregateTrait : NodeTrait
{
    public override Type Node => typeof(LocalAggregateNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;
}
