namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is the <c>*</c> of COUNT(*).</summary>
public sealed record StarArgument : Expression;
