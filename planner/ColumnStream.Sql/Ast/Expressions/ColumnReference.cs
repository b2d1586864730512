namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names a column, or a field inside one: <c>a</c>, <c>t.a</c>, <c>t.a.field</c>; scopes decide which.</summary>
public sealed record ColumnReference(EquatableArray<Identifier> Parts) : Expression;
