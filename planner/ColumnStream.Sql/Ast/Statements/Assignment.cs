using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is one <c>column = value</c> of UPDATE.</summary>
public sealed record Assignment(QualifiedName Column, Expression Value) : SqlNode;
