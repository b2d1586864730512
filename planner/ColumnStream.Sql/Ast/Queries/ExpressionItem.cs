using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is an expression of a select list with its alias, if it has one.</summary>
public sealed record ExpressionItem(Expression Expression, Identifier? Alias) : SelectItem;
