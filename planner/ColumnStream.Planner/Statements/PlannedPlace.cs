using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Says where in the script an operator comes from.</summary>
/// <param name="Uid">The operator's identity.</param>
/// <param name="Span">The clause or table.</param>
public sealed record PlannedPlace(string Uid, SourceSpan Span);
