namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Makes a multiset: <c>MULTISET[a, b]</c>.</summary>
public sealed record MultisetConstructor(EquatableArray<Expression> Elements) : Expression;
