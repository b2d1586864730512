using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Sets a session option, or without key all of them, back to its default.</summary>
public sealed record ResetStatement(StringLiteral? Key) : Statement;
