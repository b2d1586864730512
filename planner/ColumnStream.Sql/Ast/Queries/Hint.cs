using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one hint of <c>/*+ ... */</c>.</summary>
/// <param name="Name">The name, such as OPTIONS or STATE_TTL.</param>
/// <param name="Options">The <c>'key' = 'value'</c> pairs, or empty.</param>
/// <param name="Arguments">The plain arguments, column references or literals, or empty.</param>
public sealed record Hint(
    Identifier Name,
    EquatableArray<TableOption> Options,
    EquatableArray<Expression> Arguments) : SqlNode;
