using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a column of the connector's metadata: <c>name type METADATA [FROM 'key'] [VIRTUAL]</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
/// <param name="Key">The metadata key of FROM; null means the column's name.</param>
/// <param name="IsVirtual">Whether it is left out when the table is written.</param>
/// <param name="Comment">The comment, or null.</param>
public sealed record MetadataColumn(
    Identifier Name,
    TypeSyntax Type,
    StringLiteral? Key,
    bool IsVirtual,
    string? Comment) : ColumnDefinition(Name, Comment);
