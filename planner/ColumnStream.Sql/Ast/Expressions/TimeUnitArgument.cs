namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a time unit in the place of an argument.</summary>
public sealed record TimeUnitArgument(TimeUnit Unit) : Expression;
