using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Is a planned job with the stages that EXPLAIN shows.</summary>
internal sealed record BuiltJob(SinkPlan[] Logical, JobGraph Graph, bool IsBounded, bool IsBatch, ChangelogFacts Facts);
