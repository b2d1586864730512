namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is one key and value of a map constructor.</summary>
public sealed record MapEntry(Expression Key, Expression Value) : SqlNode;
