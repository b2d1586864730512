using System.Collections.Generic;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Is a DAG of physical nodes in post-order: a node's id is its position and inputs come first.</summary>
/// <param name="Nodes">The nodes; one that several name as input runs once.</param>
public sealed record PhysicalPlan(ValueList<PhysicalNode> Nodes)
{
    /// <summary>Finds the nodes whose rows some sink still gets where those of <paramref name="satisfied"/> take no more.</summary>
    /// <param name="satisfied">Ids of nodes that need no further row of any input.</param>
    public HashSet<int> NeededFor(IReadOnlySet<int> satisfied)
    {
        var needed = new HashSet<int>();
        var feeds = new bool[Nodes.Count];
        for (int id = Nodes.Count - 1; id >= 0; id--)
        {
            // Consumers come behind their inputs, so that all of them were looked at.
            bool isNeeded = needed.Contains(id) || !feeds[id];
            if (isNeeded)
            {
                needed.Add(id);
            }

            foreach (int input in Nodes[id].Inputs)
            {
                feeds[input] = true;
                if (isNeeded && !satisfied.Contains(id))
                {
                    needed.Add(input);
                }
            }
        }

        return needed;
    }
}
