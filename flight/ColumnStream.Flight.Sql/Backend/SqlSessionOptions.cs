namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Names the session options that the service itself looks at; a session knows them beside those of its engine.</summary>
public static class SqlSessionOptions
{
    /// <summary>Names the current catalog, as Flight SQL's clients do.</summary>
    public const string Catalog = "catalog";

    /// <summary>Names the current schema, as Flight SQL's clients do.</summary>
    public const string Schema = "schema";

    /// <summary>Names how bodies of results are compressed: none (default), lz4 or zstd. Many clients read none of them.</summary>
    public const string Compression = "flight.compression";

    /// <summary>
    /// Names which types results have: exact (default), or basic, where decimals come as doubles, dates as timestamps of
    /// milliseconds, nanoseconds as microseconds, times of day as text and nested values as JSON text, for readers that lack them. The
    /// session casts; its schemas say so.
    /// </summary>
    public const string Types = "flight.types";

    /// <summary>Names the rows behind which a result whose input has no end is over; none by default.</summary>
    public const string MaxRows = "flight.max-rows";

    /// <summary>
    /// Names the quiet time behind which a result sends an empty batch as a sign of life, a duration such as 30 s; 0 for never. The
    /// session gives it as milliseconds.
    /// </summary>
    public const string KeepAlive = "flight.keep-alive";
}
