namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names a feature that LIKE can take over.</summary>
public enum LikeFeature
{
    /// <summary>Is <c>ALL</c>.</summary>
    All,

    /// <summary>Is <c>CONSTRAINTS</c>.</summary>
    Constraints,

    /// <summary>Is <c>DISTRIBUTION</c>.</summary>
    Distribution,

    /// <summary>Is <c>GENERATED</c>.</summary>
    Generated,

    /// <summary>Is <c>METADATA</c>.</summary>
    Metadata,

    /// <summary>Is <c>OPTIONS</c>.</summary>
    Options,

    /// <summary>Is <c>PARTITIONS</c>.</summary>
    Partitions,

    /// <summary>Is <c>WATERMARKS</c>.</summary>
    Watermarks,
}
