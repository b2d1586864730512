namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is one variable given to a JSON path: <c>value AS name</c>.</summary>
public sealed record JsonPassing(Expression Value, Identifier Name) : SqlNode;
