namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a literal with an exponent, such as <c>1E3</c>: a DOUBLE.</summary>
public sealed record ApproximateNumericLiteral(double Value) : Expression;
