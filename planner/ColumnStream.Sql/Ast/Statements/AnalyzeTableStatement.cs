namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Collects statistics of a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Partition">The partition columns, with values or without.</param>
/// <param name="Columns">The columns of FOR COLUMNS, or empty.</param>
/// <param name="IsAllColumns">Whether FOR ALL COLUMNS was written.</param>
public sealed record AnalyzeTableStatement(
    QualifiedName Table,
    EquatableArray<PartitionValue> Partition = default,
    EquatableArray<Identifier> Columns = default,
    bool IsAllColumns = false) : Statement;
