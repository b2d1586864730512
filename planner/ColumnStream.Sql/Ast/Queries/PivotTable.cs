namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Turns values into columns: <c>t PIVOT (SUM(x) AS s FOR (a, b) IN ((1, 2) AS c, ...))</c>.</summary>
/// <param name="Input">The table.</param>
/// <param name="Aggregates">The aggregates with their aliases.</param>
/// <param name="Axes">The columns of FOR.</param>
/// <param name="Values">The values of IN, each a row as wide as the axes, with its alias.</param>
/// <param name="Alias">The alias, or null.</param>
public sealed record PivotTable(
    TableReference Input,
    EquatableArray<ExpressionItem> Aggregates,
    EquatableArray<Identifier> Axes,
    EquatableArray<PivotValue> Values,
    TableAlias? Alias = null) : TableReference;
