namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names an end of a frame.</summary>
public enum FrameBoundKind
{
    /// <summary>Is <c>UNBOUNDED PRECEDING</c>.</summary>
    UnboundedPreceding,

    /// <summary>Is <c>n PRECEDING</c>.</summary>
    Preceding,

    /// <summary>Is <c>CURRENT ROW</c>.</summary>
    CurrentRow,

    /// <summary>Is <c>n FOLLOWING</c>.</summary>
    Following,

    /// <summary>Is <c>UNBOUNDED FOLLOWING</c>.</summary>
    UnboundedFollowing,
}
