using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Describes a table or view to clients.</summary>
/// <param name="Catalog">Its catalog.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">TABLE, VIEW, LOCAL TEMPORARY or SYSTEM TABLE.</param>
public sealed record SqlTable(string Catalog, string Schema, string Name, string Type)
{
    /// <summary>Gets the columns as results have them; empty where they were not asked for.</summary>
    public ValueList<SqlColumn> Columns { get; init; }

    /// <summary>Gets the names of the primary key's columns, in order.</summary>
    public ValueList<string> PrimaryKey { get; init; }

    /// <summary>Gets the primary key's name, or null.</summary>
    public string? PrimaryKeyName { get; init; }

    /// <summary>Gets the table's comment, or null.</summary>
    public string? Remarks { get; init; }
}
