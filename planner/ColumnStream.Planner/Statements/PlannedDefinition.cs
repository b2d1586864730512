using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is a CREATE, DROP or USE, which took effect while planning.</summary>
/// <param name="Span">The statement.</param>
/// <param name="Summary">What was done.</param>
public sealed record PlannedDefinition(SourceSpan Span, string Summary) : PlannedStatement(Span, Summary);
