using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a table in the place of an argument: <c>TABLE t</c>, or a query in parentheses.</summary>
/// <param name="Table">The table: a <see cref="NamedTable"/> or a <see cref="DerivedTable"/>.</param>
/// <param name="PartitionBy">The expressions of PARTITION BY, or empty.</param>
/// <param name="OrderBy">The items of ORDER BY, or empty.</param>
public sealed record TableArgument(
    TableReference Table,
    EquatableArray<Expression> PartitionBy = default,
    EquatableArray<OrderItem> OrderBy = default) : Expression;
