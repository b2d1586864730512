namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is one WHEN ... THEN ... of a CASE.</summary>
public sealed record WhenClause(Expression Condition, Expression Result) : SqlNode;
