namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names how rows are put into buckets.</summary>
public enum DistributionKind
{
    /// <summary>Leaves it to the connector.</summary>
    Unknown,

    /// <summary>Is <c>HASH</c>.</summary>
    Hash,

    /// <summary>Is <c>RANGE</c>.</summary>
    Range,
}
