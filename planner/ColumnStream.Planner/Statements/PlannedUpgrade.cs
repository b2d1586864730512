using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is an EXPLAIN UPGRADE, which whoever runs jobs answers.</summary>
/// <param name="Span">The statement.</param>
/// <param name="From">Path of the former script, address of a checkpoint, or statements that hold a semicolon.</param>
/// <param name="To">Path of the new script, or statements that hold a semicolon.</param>
public sealed record PlannedUpgrade(SourceSpan Span, string From, string To) : PlannedStatement(Span, "EXPLAIN UPGRADE");
