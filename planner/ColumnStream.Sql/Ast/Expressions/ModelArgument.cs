namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a model in the place of an argument: <c>MODEL m</c>.</summary>
public sealed record ModelArgument(QualifiedName Name) : Expression;
