using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a model for inference.</summary>
/// <param name="Name">The name.</param>
/// <param name="Input">The columns of INPUT.</param>
/// <param name="Output">The columns of OUTPUT.</param>
/// <param name="Options">The pairs of WITH.</param>
/// <param name="Comment">The comment, or null.</param>
/// <param name="AsQuery">The query of AS, or null.</param>
/// <param name="IsTemporary">Whether TEMPORARY was written.</param>
/// <param name="IfNotExists">Whether IF NOT EXISTS was written.</param>
public sealed record CreateModelStatement(
    QualifiedName Name,
    EquatableArray<ColumnDefinition> Input,
    EquatableArray<ColumnDefinition> Output,
    EquatableArray<TableOption> Options = default,
    string? Comment = null,
    Query? AsQuery = null,
    bool IsTemporary = false,
    bool IfNotExists = false) : Statement;
