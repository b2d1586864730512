using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Registers a function.</summary>
/// <param name="Name">The name.</param>
/// <param name="ClassName">The class, or the program's own name for the function.</param>
/// <param name="Language">The language as written, or null.</param>
/// <param name="Resources">The files of USING.</param>
/// <param name="Options">The pairs of WITH.</param>
/// <param name="IsTemporary">Whether TEMPORARY was written.</param>
/// <param name="IsSystem">Whether SYSTEM was written.</param>
/// <param name="IfNotExists">Whether IF NOT EXISTS was written.</param>
public sealed record CreateFunctionStatement(
    QualifiedName Name,
    StringLiteral ClassName,
    Identifier? Language = null,
    EquatableArray<FunctionResource> Resources = default,
    EquatableArray<TableOption> Options = default,
    bool IsTemporary = false,
    bool IsSystem = false,
    bool IfNotExists = false) : Statement;
