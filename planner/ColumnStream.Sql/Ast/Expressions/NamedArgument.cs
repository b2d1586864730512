namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is an argument by name: <c>name =&gt; value</c>.</summary>
public sealed record NamedArgument(Identifier Name, Expression Value) : Expression;
