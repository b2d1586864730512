using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is one catalog by name, with its databases; in memory.</summary>
public sealed class NamedCatalog
{
    /// <summary>Makes a catalog with one database.</summary>
    public NamedCatalog(string name, string database, string? comment, ValueList<TableOption> options)
    {
        Name = name;
        DefaultDatabase = database;
        Comment = comment;
        Options = options;
        Databases[database] = new CatalogDatabase(database, null, default);
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the database that USE CATALOG chooses.</summary>
    public string DefaultDatabase { get; }

    /// <summary>Gets or sets the comment, or null.</summary>
    public string? Comment { get; set; }

    /// <summary>Gets or sets the options of WITH.</summary>
    public ValueList<TableOption> Options { get; set; }

    /// <summary>Makes a catalog of its own with the same databases.</summary>
    public NamedCatalog Copy()
    {
        var copy = new NamedCatalog(Name, DefaultDatabase, Comment, Options);
        copy.Databases.Clear();
        foreach ((string name, CatalogDatabase database) in Databases)
        {
            copy.Databases[name] = database;
        }

        return copy;
    }

    /// <summary>Gets the databases by name, sorted.</summary>
    public SortedDictionary<string, CatalogDatabase> Databases { get; } = new(StringComparer.Ordinal);
}
