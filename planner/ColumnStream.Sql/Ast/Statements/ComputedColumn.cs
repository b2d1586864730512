using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is a column computed on reading: <c>name AS expression</c>.</summary>
public sealed record ComputedColumn(Identifier Name, Expression Expression, string? Comment)
    : ColumnDefinition(Name, Comment);
