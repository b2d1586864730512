namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>ADD</c> or <c>MODIFY</c> with columns, keys, a watermark or a distribution.</summary>
/// <param name="IsModify">Whether MODIFY stands in place of ADD.</param>
/// <param name="Columns">The columns with their places.</param>
/// <param name="PrimaryKeys">The constraints.</param>
/// <param name="Watermarks">The watermarks.</param>
/// <param name="Distribution">The distribution, or null.</param>
public sealed record ChangeElementsAction(
    bool IsModify,
    EquatableArray<PlacedColumn> Columns,
    EquatableArray<PrimaryKeyDefinition> PrimaryKeys = default,
    EquatableArray<WatermarkDefinition> Watermarks = default,
    DistributionClause? Distribution = null) : AlterAction;
