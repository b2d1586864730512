namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a pattern of MATCH_RECOGNIZE or a part of one.</summary>
public abstract record RowPattern : SqlNode;
