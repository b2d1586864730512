namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Changes an object of a catalog.</summary>
/// <param name="Kind">The kind of object.</param>
/// <param name="Name">The name.</param>
/// <param name="Action">What is changed.</param>
/// <param name="IfExists">Whether IF EXISTS was written.</param>
/// <param name="IsTemporary">Whether TEMPORARY was written, of a function.</param>
/// <param name="IsSystem">Whether SYSTEM was written, of a function.</param>
public sealed record AlterStatement(
    ObjectKind Kind,
    QualifiedName Name,
    AlterAction Action,
    bool IfExists = false,
    bool IsTemporary = false,
    bool IsSystem = false) : Statement;
