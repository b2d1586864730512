namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says how many rows of a query a comparison must hold for.</summary>
public enum Quantifier
{
    /// <summary>Is <c>ANY</c> or <c>SOME</c>: at least one row.</summary>
    Any,

    /// <summary>Is <c>ALL</c>: every row.</summary>
    All,
}
