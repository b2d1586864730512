using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner;

/// <summary>Cuts a plan at its exchanges into fragments: the job graph.</summary>
internal static class Fragmenter
{
    /// <summary>Builds the graph; without an exchange the whole job is one fragment, which is one chain.</summary>
    public static JobGraph Cut(IReadOnlyList<PhysicalNode> nodes, IReadOnlyList<int> parallelism)
    {
        var plan = new PhysicalPlan(ValueList.From(nodes));
        int[] owner = Components(nodes, parallelism);

        // A fragment's place follows its last node, so that producers come before their consumers.
        int[] roots = [.. Enumerable.Range(0, nodes.Count).Where(id => nodes[id] is not ExchangeNode)
            .GroupBy(id => owner[id]).OrderBy(g => Depth(nodes, g.Key, owner)).ThenBy(g => g.Min()).Select(g => g.Key)];
        var fragments = new List<Fragment>();
        foreach (int root in roots)
        {
            int[] members = [.. Enumerable.Range(0, nodes.Count)
                .Where(id => nodes[id] is not ExchangeNode && owner[id] == root)];
            fragments.Add(new Fragment(fragments.Count, ValueList.From(members), parallelism[members[0]]));
        }

        var edges = new List<FragmentEdge>();
        foreach (ExchangeNode exchange in nodes.OfType<ExchangeNode>())
        {
            int from = System.Array.IndexOf(roots, owner[exchange.Inputs[0]]);
            foreach (int consumer in nodes.Where(n => n.Inputs.Contains(exchange.Id)).Select(n => owner[n.Id]).Distinct())
            {
                edges.Add(new FragmentEdge(exchange.Id, from, System.Array.IndexOf(roots, consumer)));
            }
        }

        return new JobGraph(plan, ValueList.From(fragments), ValueList.From(edges));
    }

    /// <summary>Names for each node the fragment it belongs to, by the lowest node in it.</summary>
    private static int[] Components(IReadOnlyList<PhysicalNode> nodes, IReadOnlyList<int> parallelism)
    {
        int[] owner = [.. Enumerable.Range(0, nodes.Count)];
        bool isOneChain = parallelism.All(width => width == 1) && !nodes.Any(n => n is ExchangeNode);
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (PhysicalNode node in nodes.Where(n => n is not ExchangeNode))
            {
                IEnumerable<int> neighbours = isOneChain ? [0] : node.Inputs.Where(i => nodes[i] is not ExchangeNode);
                foreach (int input in neighbours)
                {
                    int least = System.Math.Min(owner[node.Id], owner[input]);
                    changed |= owner[node.Id] != least || owner[input] != least;
                    owner[node.Id] = least;
                    owner[input] = least;
                }
            }
        }

        return owner;
    }

    /// <summary>Counts the exchanges on the longest way from a source to a fragment.</summary>
    private static int Depth(IReadOnlyList<PhysicalNode> nodes, int fragment, int[] owner)
    {
        int depth = 0;
        foreach (PhysicalNode node in nodes.Where(n => n is not ExchangeNode && owner[n.Id] == fragment))
        {
            foreach (int input in node.Inputs.Where(i => nodes[i] is ExchangeNode))
            {
                depth = System.Math.Max(depth, 1 + Depth(nodes, owner[nodes[input].Inputs[0]], owner));
            }
        }

        return depth;
    }
}
