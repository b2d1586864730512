using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is the window of an OVER or a WINDOW clause.</summary>
/// <param name="Reference">The name of the window it refers to or starts from, or null.</param>
/// <param name="PartitionBy">The partitioning expressions.</param>
/// <param name="OrderBy">The order inside a partition.</param>
/// <param name="Frame">The frame, or null for the default.</param>
public sealed record WindowSpecification(
    Identifier? Reference,
    EquatableArray<Expression> PartitionBy,
    EquatableArray<OrderItem> OrderBy,
    WindowFrame? Frame) : SqlNode;
