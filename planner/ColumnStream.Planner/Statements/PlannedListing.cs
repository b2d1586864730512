using ColumnStream.Arrow.Types;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Statements;

/// <summary>Is the answer of EXPLAIN, DESCRIBE, SHOW or a bare SET: a small table of text.</summary>
/// <param name="Span">The statement.</param>
/// <param name="Summary">What is listed.</param>
/// <param name="Columns">Column names.</param>
/// <param name="Rows">The rows; EXPLAIN has one row of one cell that holds the lines of the plan.</param>
public sealed record PlannedListing(
    SourceSpan Span, string Summary, ValueList<string> Columns, ValueList<ValueList<string>> Rows)
    : PlannedStatement(Span, Summary);
