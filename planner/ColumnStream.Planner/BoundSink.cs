using ColumnStream.Planner.Logical;
using ColumnStream.Sql;

namespace ColumnStream.Planner;

/// <summary>Is a bound sink with its statement.</summary>
internal sealed record BoundSink(SinkPlan Plan, SourceSpan Span);
