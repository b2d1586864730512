using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is EXPLAIN ANALYZE JOB: who runs jobs measures one for a moment.</summary>
/// <param name="Span">The statement.</param>
/// <param name="JobId">The job's name.</param>
public sealed record PlannedJobAnalysis(SourceSpan Span, string JobId) : PlannedStatement(Span, "EXPLAIN ANALYZE JOB");
