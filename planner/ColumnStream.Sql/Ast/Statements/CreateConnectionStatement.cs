namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a connection: options with a name, to be used by tables and models.</summary>
public sealed record CreateConnectionStatement(
    QualifiedName Name,
    EquatableArray<TableOption> Options,
    string? Comment = null,
    bool IsTemporary = false,
    bool IsSystem = false,
    bool IfNotExists = false) : Statement;
