namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>GROUPING SETS (...)</c>, whose elements may nest.</summary>
public sealed record GroupingSetsGrouping(EquatableArray<GroupingElement> Elements) : GroupingElement;
