namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names the ends TRIM works on.</summary>
public enum TrimSide
{
    /// <summary>Is <c>BOTH</c>, also when nothing is written.</summary>
    Both,

    /// <summary>Is <c>LEADING</c>.</summary>
    Leading,

    /// <summary>Is <c>TRAILING</c>.</summary>
    Trailing,
}
