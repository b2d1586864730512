using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Planner;

/// <summary>Is a planned job with the stages that EXPLAIN shows.</summary>
internal sealed record BuiltJob(SinkPlan[] Logical, JobGraph Graph, bool IsBounded, bool IsBatch, ChangelogFacts Facts)
{
    /// <summary>Gets where operators come from.</summary>
    public ValueList<PlannedPlace> Places { get; init; }
}
