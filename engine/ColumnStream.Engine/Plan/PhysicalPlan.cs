using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Is a DAG of physical nodes in post-order: a node's id is its position and inputs come first.</summary>
/// <param name="Nodes">The nodes; one that several name as input runs once.</param>
public sealed record PhysicalPlan(ValueList<PhysicalNode> Nodes);
