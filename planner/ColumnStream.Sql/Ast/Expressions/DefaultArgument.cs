namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is the word DEFAULT in the place of an argument or of a value of VALUES.</summary>
public sealed record DefaultArgument : Expression;
