using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Lists what the catalog holds.</summary>
/// <param name="Kind">What is listed.</param>
/// <param name="Name">The catalog or database of FROM or IN, or the object that is shown, or null.</param>
/// <param name="Like">The pattern, or null.</param>
/// <param name="IsLikeNegated">Whether NOT LIKE was written.</param>
/// <param name="IsCaseIgnored">Whether ILIKE stands in place of LIKE.</param>
/// <param name="Partition">The partition of SHOW PARTITIONS, or empty.</param>
public sealed record ShowStatement(
    ShowKind Kind,
    QualifiedName? Name = null,
    StringLiteral? Like = null,
    bool IsLikeNegated = false,
    bool IsCaseIgnored = false,
    EquatableArray<PartitionValue> Partition = default) : Statement;
