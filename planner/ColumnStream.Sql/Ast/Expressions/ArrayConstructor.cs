namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Makes an array: <c>ARRAY[a, b]</c>.</summary>
public sealed record ArrayConstructor(EquatableArray<Expression> Elements) : Expression;
