using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is one step of a planned script.</summary>
/// <param name="Span">The statement in the script; of several INSERTs, from the first to the last.</param>
/// <param name="Summary">One line for a terminal: <c>CREATE TABLE orders</c>.</param>
public abstract record PlannedStatement(SourceSpan Span, string Summary);
