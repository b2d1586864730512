namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says what a JSON function gives when it finds nothing or fails, as in <c>NULL ON EMPTY</c>.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Default">The value of DEFAULT; null for every other kind.</param>
public sealed record JsonBehavior(JsonBehaviorKind Kind, Expression? Default = null) : SqlNode;
