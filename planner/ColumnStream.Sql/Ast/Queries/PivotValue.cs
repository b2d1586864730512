using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one value of PIVOT or UNPIVOT: a row, with the alias behind AS.</summary>
public sealed record PivotValue(EquatableArray<Expression> Row, Expression? Alias) : SqlNode;
