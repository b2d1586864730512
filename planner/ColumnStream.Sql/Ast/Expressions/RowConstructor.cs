namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Makes a row: <c>ROW(a, b)</c> or <c>(a, b)</c>.</summary>
public sealed record RowConstructor(EquatableArray<Expression> Elements) : Expression;
