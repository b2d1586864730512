namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Says what bulk rows do to a table that exists.</summary>
public enum SqlIngestMode
{
    /// <summary>That is an error.</summary>
    Fail,

    /// <summary>Rows come behind those that are there.</summary>
    Append,

    /// <summary>The table is dropped and made anew.</summary>
    Replace,
}
