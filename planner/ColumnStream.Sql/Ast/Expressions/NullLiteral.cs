namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is the literal NULL.</summary>
public sealed record NullLiteral : Expression;
