using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a column that the connector reads and writes.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type with its NOT NULL.</param>
/// <param name="IsPrimaryKey">Whether PRIMARY KEY stands behind the type.</param>
/// <param name="Comment">The comment, or null.</param>
public sealed record PhysicalColumn(Identifier Name, TypeSyntax Type, bool IsPrimaryKey, string? Comment)
    : ColumnDefinition(Name, Comment);
