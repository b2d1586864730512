using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Windows give their best rows once, when they close.</summary>
internal sealed class WindowRankTrait : NodeTrait
{
    public override Type Node => typeof(WindowRankNode);

    public override bool Updates(PhysicalNode node, ChangelogFacts facts) => false;

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        var rank = (WindowRankNode)node;
        if (rank.Function == RankFunction.RowNumber && rank.HasNumber)
        {
            yield return [.. rank.Partition, rank.Output.Count - 1];
        }
        else if (rank.Function == RankFunction.RowNumber && rank.Start == rank.End)
        {
            yield return [.. rank.Partition];
        }

        foreach (int[] key in facts.KeysBy(node.Inputs[0], rank.Partition))
        {
            yield return key;
        }
    }

    public override string Maker(PhysicalNode node, ChangelogFacts facts) => "the top-N of windows";
}
