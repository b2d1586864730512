namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is GROUP BY with its elements; GROUP BY DISTINCT drops equal grouping sets.</summary>
public sealed record GroupByClause(EquatableArray<GroupingElement> Elements, bool IsDistinct = false) : SqlNode;
