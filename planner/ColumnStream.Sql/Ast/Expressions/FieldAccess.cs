namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Takes a field of a value that is not itself a name: <c>a[1].field</c>.</summary>
public sealed record FieldAccess(Expression Operand, Identifier Field) : Expression;
