namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is syntax that stands for a value.</summary>
public abstract record Expression : SqlNode;
