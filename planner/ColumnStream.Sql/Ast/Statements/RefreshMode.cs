namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Says how a materialized table is refreshed.</summary>
public enum RefreshMode
{
    /// <summary>Is <c>no REFRESH_MODE</c>.</summary>
    Default,

    /// <summary>Is <c>REFRESH_MODE = FULL</c>.</summary>
    Full,

    /// <summary>Is <c>REFRESH_MODE = CONTINUOUS</c>.</summary>
    Continuous,
}
