using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a table.</summary>
/// <param name="Name">The name.</param>
/// <param name="Columns">The columns in order.</param>
/// <param name="PrimaryKeys">The key constraints, inline ones too; more than one is an error of the binder.</param>
/// <param name="Watermarks">The watermarks; more than one is an error of the binder.</param>
/// <param name="Options">The pairs of WITH.</param>
/// <param name="PartitionedBy">The partition columns.</param>
/// <param name="Distribution">The DISTRIBUTED clause, or null.</param>
/// <param name="Comment">The table's comment, or null.</param>
/// <param name="Like">The LIKE clause, or null.</param>
/// <param name="AsQuery">The query of CREATE TABLE ... AS, or null.</param>
/// <param name="IsTemporary">Whether TEMPORARY was written.</param>
/// <param name="IfNotExists">Whether IF NOT EXISTS was written.</param>
/// <param name="Mode">Whether it may or must replace a table.</param>
public sealed record CreateTableStatement(
    QualifiedName Name,
    EquatableArray<ColumnDefinition> Columns,
    EquatableArray<PrimaryKeyDefinition> PrimaryKeys = default,
    EquatableArray<WatermarkDefinition> Watermarks = default,
    EquatableArray<TableOption> Options = default,
    EquatableArray<Identifier> PartitionedBy = default,
    DistributionClause? Distribution = null,
    string? Comment = null,
    LikeClause? Like = null,
    Query? AsQuery = null,
    bool IsTemporary = false,
    bool IfNotExists = false,
    CreateMode Mode = CreateMode.Create) : Statement;
