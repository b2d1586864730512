using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Deletes the rows of a table for which a condition holds, or all.</summary>
public sealed record DeleteStatement(QualifiedName Table, Identifier? Alias, Expression? Where) : Statement;
