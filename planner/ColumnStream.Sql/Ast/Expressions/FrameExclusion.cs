namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names the rows that a frame leaves out.</summary>
public enum FrameExclusion
{
    /// <summary>Is <c>EXCLUDE NO OTHERS, or no EXCLUDE</c>.</summary>
    None,

    /// <summary>Is <c>EXCLUDE CURRENT ROW</c>.</summary>
    CurrentRow,

    /// <summary>Is <c>EXCLUDE GROUP</c>.</summary>
    Group,

    /// <summary>Is <c>EXCLUDE TIES</c>.</summary>
    Ties,
}
