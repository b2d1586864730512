using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Is a maximal exchange-free part of a plan; each of its subtasks runs all of it in one chain.</summary>
/// <param name="Id">Position in the job graph.</param>
/// <param name="Nodes">Ids of the nodes in post-order, exchanges excluded.</param>
/// <param name="Parallelism">Number of subtasks.</param>
public sealed record Fragment(int Id, ValueList<int> Nodes, int Parallelism);
