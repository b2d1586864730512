using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Changes the rows of a table for which a condition holds, or all.</summary>
public sealed record UpdateStatement(
    QualifiedName Table,
    Identifier? Alias,
    EquatableArray<Assignment> Assignments,
    Expression? Where) : Statement;
