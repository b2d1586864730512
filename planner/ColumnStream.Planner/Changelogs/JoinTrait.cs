using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Pairs come and go with their rows; rows without a match go with the first one and come back behind the last.</summary>
internal sealed class JoinTrait : NodeTrait
{
    public override Type Node => typeof(JoinNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) =>
        ((JoinNode)node).Type is not (JoinType.Inner or JoinType.Semi) || base.Updates(node, facts);

    public override bool Deletes(PhysicalNode node, ChangelogFacts facts) => true;

    /// <summary>
    /// A key of one side stays one where the other side has one row at most for it; otherwise keys of both sides together are
    /// one. Rows change their subtask with the join key, so only keys that contain it keep the order of changes.
    /// </summary>
    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        int[] given = [.. ((JoinNode)node).Columns];
        IEnumerable<int[]> keys = AllKeys(node, facts);
        return given.Length == 0 ? keys
            : keys.Where(key => key.All(given.Contains)).Select(key => key.Select(c => Array.IndexOf(given, c)).ToArray());
    }

    private static IEnumerable<int[]> AllKeys(PhysicalNode node, ChangelogFacts facts)
    {
        var join = (JoinNode)node;
        List<int[]> left = [.. facts.KeysBy(node.Inputs[0], join.LeftKeys)];
        if (join.Type is JoinType.Semi or JoinType.Anti)
        {
            return left;
        }

        int width = facts.Node(node.Inputs[0]).Output.Count;
        List<int[]> right =
        [
            .. facts.KeysBy(node.Inputs[1], join.RightKeys).Select(key => key.Select(c => c + width).ToArray()),
        ];
        List<int[]> keys = [];
        if (join.Type is JoinType.Inner or JoinType.Left && IsUnique(node.Inputs[1], join.RightKeys, facts))
        {
            keys.AddRange(left);
        }

        if (join.Type is JoinType.Inner or JoinType.Right && IsUnique(node.Inputs[0], join.LeftKeys, facts))
        {
            keys.AddRange(right);
        }

        return keys.Count > 0 ? keys : left.SelectMany(l => right.Select(r => (int[])[.. l, .. r]));
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => true;

    // What goes leaves whole and before what comes: that serves consumers by key as well.
    public override bool MakesOld(PhysicalNode node, ChangelogFacts facts) =>
        facts.NeedsOld(node.Id) || facts.Key(node.Id) is null;

    public override PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts)
    {
        var join = (JoinNode)node;
        return join with
        {
            LeftInsertOnly = !facts.Updates(node.Inputs[0]),
            RightInsertOnly = !facts.Updates(node.Inputs[1]),
            LeftTtlMs = join.LeftTtlMs >= 0 ? join.LeftTtlMs : facts.Options.StateTtlMs,
            RightTtlMs = join.RightTtlMs >= 0 ? join.RightTtlMs : facts.Options.StateTtlMs,
        };
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) =>
        ((JoinNode)node).Type is JoinType.Inner or JoinType.Semi ? base.Maker(node, facts)
            : $"the {((JoinNode)node).Type.ToString().ToUpperInvariant()} JOIN";

    /// <summary>Tells whether a side has one row at most for any join key.</summary>
    private static bool IsUnique(int side, ValueList<int> joinKeys, ChangelogFacts facts) =>
        facts.Keys(side).Any(key => key.All(joinKeys.Contains));
}
