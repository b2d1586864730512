namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>ROLLUP (...)</c>.</summary>
public sealed record RollupGrouping(EquatableArray<GroupingSet> Sets) : GroupingElement;
