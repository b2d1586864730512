using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Settings;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is SHOW INTEGRITY FOR JOB: who runs statements compares the job's ledger.</summary>
/// <param name="Span">The statement.</param>
/// <param name="Summary">What is shown.</param>
/// <param name="JobId">The job.</param>
/// <param name="Settings">All options in effect, sorted by key: where checkpoints lie.</param>
public sealed record PlannedIntegrity(
    SourceSpan Span, string Summary, string JobId, ValueList<SessionOption> Settings) : PlannedStatement(Span, Summary);
