namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names the pattern language of LIKE or SIMILAR TO.</summary>
public enum LikeKind
{
    /// <summary>Is <c>LIKE</c>.</summary>
    Like,

    /// <summary>Is <c>SIMILAR TO</c>.</summary>
    SimilarTo,

    /// <summary>Is <c>ILIKE</c>: LIKE without regard to case.</summary>
    ILike,

    /// <summary>Is <c>RLIKE</c>: a regular expression.</summary>
    RLike,
}
