using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a view.</summary>
public sealed record CreateViewStatement(
    QualifiedName Name,
    EquatableArray<Identifier> Columns,
    Query Query,
    string? Comment = null,
    bool IsTemporary = false,
    bool IfNotExists = false,
    bool IsOrReplace = false) : Statement;
