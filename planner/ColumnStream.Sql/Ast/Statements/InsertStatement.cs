using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Writes the rows of a query into a table.</summary>
/// <param name="Table">The target.</param>
/// <param name="Columns">The target columns, or empty for all.</param>
/// <param name="Query">The rows.</param>
/// <param name="Hints">The hints behind the target, such as OPTIONS.</param>
/// <param name="Partition">The static partition of PARTITION (...), or empty.</param>
/// <param name="IsOverwrite">Whether OVERWRITE stands in place of INTO.</param>
/// <param name="IsUpsert">Whether UPSERT stands in place of INSERT.</param>
public sealed record InsertStatement(
    QualifiedName Table,
    EquatableArray<Identifier> Columns,
    Query Query,
    EquatableArray<Hint> Hints = default,
    EquatableArray<PartitionValue> Partition = default,
    bool IsOverwrite = false,
    bool IsUpsert = false) : Statement;
