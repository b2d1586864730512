namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Names a join.</summary>
public enum JoinKind
{
    /// <summary>Is <c>[INNER] JOIN</c>.</summary>
    Inner,

    /// <summary>Is <c>LEFT [OUTER] JOIN</c>.</summary>
    Left,

    /// <summary>Is <c>RIGHT [OUTER] JOIN</c>.</summary>
    Right,

    /// <summary>Is <c>FULL [OUTER] JOIN</c>.</summary>
    Full,

    /// <summary>Is <c>CROSS JOIN</c> or a comma.</summary>
    Cross,
}
