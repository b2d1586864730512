namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Says what LIKE takes over of one feature.</summary>
public sealed record LikeOption(LikeMode Mode, LikeFeature Feature) : SqlNode;
