namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names the pattern language of LIKE or SIMILAR TO.</summary>
public enum LikeKind
{
    /// <summary>Is <c>LIKE</c>.</summary>
    Like,

    /// <summary>Is <c>SIMILAR TO</c>.</summary>
    SimilarTo,
}
