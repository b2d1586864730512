namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Says which rows a match gives.</summary>
public enum RowsPerMatch
{
    /// <summary>Is <c>no clause: one row</c>.</summary>
    Default,

    /// <summary>Is <c>ONE ROW PER MATCH</c>.</summary>
    One,

    /// <summary>Is <c>ALL ROWS PER MATCH</c>.</summary>
    All,

    /// <summary>Is <c>ALL ROWS PER MATCH SHOW EMPTY MATCHES</c>.</summary>
    AllShowEmpty,

    /// <summary>Is <c>ALL ROWS PER MATCH OMIT EMPTY MATCHES</c>.</summary>
    AllOmitEmpty,

    /// <summary>Is <c>ALL ROWS PER MATCH WITH UNMATCHED ROWS</c>.</summary>
    AllWithUnmatched,
}
