namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a catalog.</summary>
public sealed record CreateCatalogStatement(
    QualifiedName Name,
    EquatableArray<TableOption> Options,
    string? Comment = null,
    bool IfNotExists = false) : Statement;
