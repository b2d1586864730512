using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is a STOP JOB: another process's job, which whoever runs the statement has to reach.</summary>
/// <param name="Span">The statement.</param>
/// <param name="Summary">What is stopped.</param>
/// <param name="Job">The job's name.</param>
/// <param name="WithSavepoint">Whether a savepoint is taken first.</param>
/// <param name="WithDrain">Whether its inputs end in front of the savepoint.</param>
/// <param name="SavepointFolder">Where savepoints go, if the session says so; else the job's own option holds.</param>
public sealed record PlannedStop(
    SourceSpan Span, string Summary, string Job, bool WithSavepoint, bool WithDrain, string? SavepointFolder)
    : PlannedStatement(Span, Summary);
