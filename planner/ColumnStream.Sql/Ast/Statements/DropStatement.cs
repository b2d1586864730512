namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Drops an object of a catalog.</summary>
/// <param name="Kind">The kind of object.</param>
/// <param name="Name">The name.</param>
/// <param name="IsTemporary">Whether TEMPORARY was written.</param>
/// <param name="IfExists">Whether IF EXISTS was written.</param>
/// <param name="IsSystem">Whether SYSTEM was written, of a function.</param>
/// <param name="IsCascade">Whether CASCADE was written, of a database; RESTRICT is meant otherwise.</param>
public sealed record DropStatement(
    ObjectKind Kind,
    QualifiedName Name,
    bool IsTemporary,
    bool IfExists,
    bool IsSystem = false,
    bool IsCascade = false) : Statement;
