namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is what FROM can name.</summary>
public abstract record TableReference : SqlNode;
