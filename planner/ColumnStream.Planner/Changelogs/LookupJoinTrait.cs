using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>
/// Rows come out with what is found when they come, also those that take others back: whether that is the same as before nobody knows.
/// </summary>
internal sealed class LookupJoinTrait : NodeTrait
{
    public override Type Node => typeof(LookupJoinNode);

    /// <summary>Halves of an update may find different numbers of rows.</summary>
    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    /// <summary>A row finds one at most, so its key stays one.</summary>
    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var join = (LookupJoinNode)node;
        return !join.IsUnique ? [] : facts.Keys(node.Inputs[0])
            .Select(key => (int[])[.. key.Select(c => join.Columns.Count == 0 ? c : join.Columns.Span.IndexOf(c))])
            .Where(key => !key.Contains(-1));
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => !((LookupJoinNode)node).GivesUpserts;

    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) => !((LookupJoinNode)node).GivesUpserts;

    /// <summary>Where a later change would need what was found, the rows that came out are kept: if they are known by a key.</summary>
    public override void Demand(PhysicalNode node, ChangelogFacts facts)
    {
        var join = (LookupJoinNode)node;
        IEnumerable<PhysicalNode> nodes = Enumerable.Range(0, facts.Count).Select(facts.Node);
        if (!facts.IsBatch && facts.Options.ResolvesNondeterminism && facts.Updates(node.Inputs[0]) && CanKeep(join, facts)
            && new Determinism([.. nodes], facts).Find().Any(found => found.Node.Id == node.Id))
        {
            facts.Demands.KeepLookups(node.Uid);
        }
    }

    private static bool CanKeep(LookupJoinNode join, ChangelogFacts facts) =>
        join.IsUnique && !join.GivesUpserts && HasKey(join.Inputs[0], facts);

    /// <summary>Tells whether the rows that ask have a key, be it below a projection that drops it.</summary>
    private static bool HasKey(int input, ChangelogFacts facts) => facts.Key(input) is not null || facts.Node(input) switch
    {
        ExchangeNode exchange => HasKey(exchange.Inputs[0], facts),
        ProjectNode project => facts.Key(project.Inputs[0]) is not null,
        _ => false,
    };
}
