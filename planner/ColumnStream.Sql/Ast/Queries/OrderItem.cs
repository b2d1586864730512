using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one key of an order.</summary>
public sealed record OrderItem(Expression Expression, bool IsDescending = false, NullOrder Nulls = NullOrder.Default)
    : SqlNode;
