using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Holds what is known of every node: whether it updates, its keys, whether it ends, what its consumers need.</summary>
/// <remarks>
/// The facts of a node are found when it is added, from those of its inputs; lowering asks them, so that no second list
/// says which plans update. Needs and modes come with <see cref="ChangelogInference"/>. In batch mode nothing updates.
/// </remarks>
internal sealed class ChangelogFacts(ConnectorRegistry connectors, ChangelogOptions options, ChangelogDemands demands)
{
    private readonly List<Fact> _facts = [];

    /// <summary>Gets the connectors, which tell what tables give and take.</summary>
    public ConnectorRegistry Connectors => connectors;

    /// <summary>Gets whether the job runs in batch mode.</summary>
    public bool IsBatch => options.IsBatch;

    /// <summary>Gets the job's options.</summary>
    public ChangelogOptions Options => options;

    /// <summary>Gets what was found to be missing.</summary>
    public ChangelogDemands Demands => demands;

    /// <summary>Gets the number of nodes.</summary>
    public int Count => _facts.Count;

    /// <summary>Adds the next node, whose id is the count, behind its inputs.</summary>
    public void Add(PhysicalNode node)
    {
        NodeTrait trait = NodeTraits.Of(node);
        bool updates = !options.IsBatch && trait.Updates(node, this);
        var keys = new List<int[]>();
        foreach (int[] key in trait.Keys(node, this))
        {
            if (!keys.Any(k => SameColumns(k, key)))
            {
                keys.Add(key);
            }
        }

        _facts.Add(new Fact
        {
            Node = node,
            Trait = trait,
            IsBounded = trait.IsBounded(node, this),
            Updates = updates,
            Deletes = updates && trait.Deletes(node, this),
            Keys = keys,
        });
    }

    /// <summary>Returns a node.</summary>
    public PhysicalNode Node(int id) => _facts[id].Node;

    /// <summary>Returns a node's trait.</summary>
    public NodeTrait Trait(int id) => _facts[id].Trait;

    /// <summary>Tells whether rows that left a node may change or go.</summary>
    public bool Updates(int id) => _facts[id].Updates;

    /// <summary>Tells whether rows that left a node may go without another in their place.</summary>
    public bool Deletes(int id) => _facts[id].Deletes;

    /// <summary>Tells whether a node ends.</summary>
    public bool IsBounded(int id) => _facts[id].IsBounded;

    /// <summary>Returns the sets of columns that each identify a row of a node.</summary>
    public IReadOnlyList<int[]> Keys(int id) => _facts[id].Keys;

    /// <summary>Returns the key of a node that messages and consumers by key use, or null.</summary>
    public int[]? Key(int id) => _facts[id].Keys is { Count: > 0 } keys ? keys[0] : null;

    /// <summary>Returns the keys whose rows all meet in one subtask behind an exchange by <paramref name="partition"/>.</summary>
    /// <remarks>The changes of a row by another key may overtake one another: it identifies rows no longer.</remarks>
    public IEnumerable<int[]> KeysBy(int id, IEnumerable<int> partition) =>
        Keys(id).Where(key => partition.All(key.Contains));

    /// <summary>Tells whether a consumer of a node needs the old image of updates.</summary>
    public bool NeedsOld(int id) => _facts[id].NeedsOld;

    /// <summary>Returns the mode of a node that is behind the inference.</summary>
    public ChangelogMode Mode(int id) => _facts[id].Mode;

    /// <summary>Names the step that makes a node's updates.</summary>
    public string Maker(int id) => Trait(id).Maker(Node(id), this);

    /// <summary>Names the columns of a node's key, or says that it has none.</summary>
    public string KeyNames(int id) => Key(id) is { Length: > 0 } key ? Names(id, key) : "none";

    /// <summary>Names columns of a node.</summary>
    public string Names(int id, IEnumerable<int> columns) =>
        string.Join(", ", columns.Select(column => Node(id).Output[column].Name));

    /// <summary>Says that a consumer needs old images.</summary>
    public void Need(int id) => _facts[id].NeedsOld = true;

    /// <summary>Sets what inference found.</summary>
    public void Set(int id, PhysicalNode node)
    {
        _facts[id].Node = node;
        _facts[id].Mode = node.Changelog;
    }

    /// <summary>Tells whether two keys are the same columns.</summary>
    public static bool SameColumns(IReadOnlyCollection<int> left, IReadOnlyCollection<int> right) =>
        left.Count == right.Count && left.All(right.Contains);

    private sealed class Fact
    {
        public required PhysicalNode Node { get; set; }

        public required NodeTrait Trait { get; init; }

        public required bool IsBounded { get; init; }

        public required bool Updates { get; init; }

        public required bool Deletes { get; init; }

        public required IReadOnlyList<int[]> Keys { get; init; }

        public bool NeedsOld { get; set; }

        public ChangelogMode Mode { get; set; }
    }
}
