using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is an expression, a list <c>(a, b)</c> or the empty <c>()</c>: one set of grouping expressions.</summary>
public sealed record GroupingSet(EquatableArray<Expression> Expressions) : GroupingElement;
