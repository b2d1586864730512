using System.Collections.Generic;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>States where bulk rows go.</summary>
/// <param name="Table">The table.</param>
public sealed record SqlIngest(string Table)
{
    /// <summary>Gets the schema, or null for the session's.</summary>
    public string? Schema { get; init; }

    /// <summary>Gets the catalog, or null for the session's.</summary>
    public string? Catalog { get; init; }

    /// <summary>Gets whether a table that does not exist is made; else that is an error.</summary>
    public bool CreateIfMissing { get; init; }

    /// <summary>Gets what happens where the table exists.</summary>
    public SqlIngestMode IfExists { get; init; }

    /// <summary>Gets whether the table made lives only as long as the session.</summary>
    public bool Temporary { get; init; }

    /// <summary>Gets the table's options, for one that is made.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
