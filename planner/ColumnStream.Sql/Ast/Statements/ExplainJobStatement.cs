using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows what the operators of a running job do now: <c>EXPLAIN ANALYZE JOB 'name'</c>.</summary>
/// <param name="JobId">The job's name.</param>
public sealed record ExplainJobStatement(StringLiteral JobId) : Statement;
