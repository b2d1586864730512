namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one item of a select list: an expression or a star.</summary>
public abstract record SelectItem : SqlNode;
