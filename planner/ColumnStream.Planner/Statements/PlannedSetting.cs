using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is a SET or RESET, which took effect for later statements while planning.</summary>
/// <param name="Span">The statement.</param>
/// <param name="Summary">What was done.</param>
/// <param name="Key">The option, or null for RESET of all.</param>
/// <param name="Value">The new value, or null for RESET.</param>
public sealed record PlannedSetting(SourceSpan Span, string Summary, string? Key, string? Value)
    : PlannedStatement(Span, Summary);
