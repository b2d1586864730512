namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>CUBE (...)</c>.</summary>
public sealed record CubeGrouping(EquatableArray<GroupingSet> Sets) : GroupingElement;
