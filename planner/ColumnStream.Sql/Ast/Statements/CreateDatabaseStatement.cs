namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a database.</summary>
public sealed record CreateDatabaseStatement(
    QualifiedName Name,
    EquatableArray<TableOption> Options,
    string? Comment = null,
    bool IfNotExists = false) : Statement;
