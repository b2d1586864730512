using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>WATERMARK FOR column AS expression</c>; the column may be a field inside a row.</summary>
public sealed record WatermarkDefinition(QualifiedName Column, Expression Expression) : SqlNode;
