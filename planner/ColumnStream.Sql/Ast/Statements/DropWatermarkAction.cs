namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DROP WATERMARK</c>.</summary>
public sealed record DropWatermarkAction : AlterAction;
