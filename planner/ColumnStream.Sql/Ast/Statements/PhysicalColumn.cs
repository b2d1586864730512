using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a column that the connector reads and writes; an inline PRIMARY KEY becomes a table constraint.</summary>
public sealed record PhysicalColumn(Identifier Name, TypeSyntax Type, string? Comment)
    : ColumnDefinition(Name, Comment);
