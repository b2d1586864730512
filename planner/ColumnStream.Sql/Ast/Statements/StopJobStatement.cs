using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Stops a job.</summary>
public sealed record StopJobStatement(StringLiteral JobId, bool WithSavepoint, bool WithDrain) : Statement;
