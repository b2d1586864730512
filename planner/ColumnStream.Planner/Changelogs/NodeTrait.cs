using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>States for one kind of node what it makes of inserts and updates, and what it needs to do so.</summary>
/// <remarks>
/// What is not overridden is what a node does that passes rows on as they come. A new kind of node is a subclass here and
/// a line in <see cref="NodeTraits"/>. Nothing but <see cref="NeedsOld"/>, <see cref="MakesOld"/>, <see cref="Finish"/>,
/// <see cref="Demand"/> and <see cref="Check"/> may ask for needs and modes: the rest runs while nodes are made, when consumers are not known yet.
/// </remarks>
internal abstract class NodeTrait
{
    /// <summary>Gets the kind of node.</summary>
    public abstract Type Node { get; }

    /// <summary>Tells whether rows that left the node may change or go: by default when those of an input may.</summary>
    public virtual bool Updates(PhysicalNode node, ChangelogFacts facts) => node.Inputs.Any(facts.Updates);

    /// <summary>Tells whether rows may go without another in their place; asked only when it updates.</summary>
    public virtual bool Deletes(PhysicalNode node, ChangelogFacts facts) => node.Inputs.Any(facts.Deletes);

    /// <summary>
    /// Names the sets of columns that each identify a row of the output, changes of one row being in order; the first is
    /// preferred. None by default.
    /// </summary>
    public virtual IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts) => [];

    /// <summary>Tells whether the node ends: by default when all inputs end.</summary>
    public virtual bool IsBounded(PhysicalNode node, ChangelogFacts facts) => node.Inputs.All(facts.IsBounded);

    /// <summary>Tells whether an updating input must give the old image of updates: by default when the consumer needs it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="position">Which of its inputs.</param>
    /// <param name="facts">What is known.</param>
    public virtual bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) => facts.NeedsOld(node.Id);

    /// <summary>Tells whether −U leave it; asked only when it updates. By default when they leave an input.</summary>
    public virtual bool MakesOld(PhysicalNode node, ChangelogFacts facts) =>
        node.Inputs.Any(input => facts.Mode(input) == ChangelogMode.Retract);

    /// <summary>Asks for nodes that the plan lacks, when modes are known; see <see cref="ChangelogFacts.Demands"/>.</summary>
    public virtual void Demand(PhysicalNode node, ChangelogFacts facts)
    {
    }

    /// <summary>Reports what cannot be done.</summary>
    public virtual void Check(PhysicalNode node, ChangelogFacts facts, ChangelogReport report)
    {
    }

    /// <summary>Returns the node with what it has to know of its inputs.</summary>
    public virtual PhysicalNode Finish(PhysicalNode node, ChangelogFacts facts) => node;

    /// <summary>Names the step that makes updates, for messages: "GROUP BY (k)". By default that of the first input that does.</summary>
    public virtual string Maker(PhysicalNode node, ChangelogFacts facts) =>
        node.Inputs.Count == 0 ? "the query" : facts.Maker(node.Inputs.FirstOrDefault(facts.Updates, node.Inputs[0]));
}
