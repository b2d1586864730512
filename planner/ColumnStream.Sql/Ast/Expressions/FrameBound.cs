namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is one end of a frame, with its distance for PRECEDING and FOLLOWING.</summary>
public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset) : SqlNode;
