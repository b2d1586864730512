namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DISTRIBUTED BY [HASH|RANGE](...) INTO n BUCKETS</c>, or DISTRIBUTED INTO n BUCKETS.</summary>
public sealed record DistributionClause(
    DistributionKind Kind,
    EquatableArray<Identifier> Columns,
    int? BucketCount) : SqlNode;
