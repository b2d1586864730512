using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a whole query: common tables, a body, and the order and limit of its result.</summary>
public sealed record Query(
    EquatableArray<CommonTable> With,
    QueryBody Body,
    EquatableArray<OrderItem> OrderBy = default,
    Expression? Offset = null,
    Expression? Limit = null,
    bool IsRecursive = false) : SqlNode;
