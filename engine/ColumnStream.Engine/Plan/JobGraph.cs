using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Is a plan cut into fragments, with their edges, parallelism and key groups: what runs.</summary>
/// <param name="Plan">The whole plan.</param>
/// <param name="Fragments">The fragments, producers first.</param>
/// <param name="Edges">The exchanges between them.</param>
/// <param name="KeyGroups">Number of key groups, fixed at a job's first start.</param>
public sealed record JobGraph(
    PhysicalPlan Plan, ValueList<Fragment> Fragments, ValueList<FragmentEdge> Edges, int KeyGroups = 128);
