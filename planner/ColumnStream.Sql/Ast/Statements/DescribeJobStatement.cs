using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows a job.</summary>
public sealed record DescribeJobStatement(StringLiteral JobId) : Statement;
