using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Sets a session option; without key and value it lists all of them.</summary>
public sealed record SetStatement(StringLiteral? Key, StringLiteral? Value) : Statement;
