using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Turns columns into values: <c>t UNPIVOT INCLUDE NULLS ((x, y) FOR (a) IN ((c, d) AS 1, ...))</c>.</summary>
/// <param name="Input">The table.</param>
/// <param name="Measures">The new columns of values.</param>
/// <param name="Axes">The new columns of labels.</param>
/// <param name="Columns">The columns of IN, as rows of names, each with its label.</param>
/// <param name="Nulls">INCLUDE NULLS (Respect) or EXCLUDE NULLS (Ignore), when written.</param>
/// <param name="Alias">The alias, or null.</param>
public sealed record UnpivotTable(
    TableReference Input,
    EquatableArray<Identifier> Measures,
    EquatableArray<Identifier> Axes,
    EquatableArray<PivotValue> Columns,
    NullTreatment Nulls = NullTreatment.Default,
    TableAlias? Alias = null) : TableReference;
