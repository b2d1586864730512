namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one element of GROUP BY.</summary>
public abstract record GroupingElement : SqlNode;
