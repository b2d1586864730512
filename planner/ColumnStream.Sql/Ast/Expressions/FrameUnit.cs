namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says what a frame counts.</summary>
public enum FrameUnit
{
    /// <summary>Is <c>ROWS</c>.</summary>
    Rows,

    /// <summary>Is <c>RANGE</c>.</summary>
    Range,
}
