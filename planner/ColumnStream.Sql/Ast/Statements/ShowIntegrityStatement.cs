using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Compares what a job read, passed on, wrote and made visible: <c>SHOW INTEGRITY FOR JOB name</c>.</summary>
/// <param name="JobId">The job's name.</param>
public sealed record ShowIntegrityStatement(StringLiteral JobId) : Statement;
