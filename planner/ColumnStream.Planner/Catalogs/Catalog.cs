using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Resolves tables and views to their definitions; in memory.</summary>
/// <remarks>A temporary object hides a permanent one of the same name until it is dropped.</remarks>
public sealed class Catalog
{
    /// <summary>The catalog that a session begins with.</summary>
    public const string DefaultCatalog = "default_catalog";

    /// <summary>The database that a session begins with.</summary>
    public const string DefaultDatabase = "default_database";

    /// <summary>The database of the tables that tell about this process.</summary>
    public const string SystemDatabase = "sys";

    private readonly Dictionary<ObjectName, CatalogObject> _permanent = [];
    private readonly Dictionary<ObjectName, CatalogObject> _temporary = [];
    private readonly Dictionary<(string Database, string Name), CatalogTable> _system;

    /// <summary>Makes an empty catalog.</summary>
    public Catalog() => _system = [];

    /// <summary>Makes an empty catalog that shares the tables of the program's own databases, to which nobody adds any more.</summary>
    public Catalog(Catalog other) => _system = other._system;

    /// <summary>Gets the catalogs by name, sorted.</summary>
    public SortedDictionary<string, NamedCatalog> Catalogs { get; } = new(StringComparer.Ordinal)
    {
        [DefaultCatalog] = new NamedCatalog(
            DefaultCatalog, DefaultDatabase, null, [new TableOption("type", "generic_in_memory")]),
    };

    /// <summary>Gets the catalog that names without one belong to.</summary>
    public string CurrentCatalog { get; private set; } = DefaultCatalog;

    /// <summary>Gets the database that names without one belong to.</summary>
    public string CurrentDatabase { get; private set; } = DefaultDatabase;

    /// <summary>Changes the current catalog and database, which must be there.</summary>
    public void Use(string catalog, string database)
    {
        CurrentCatalog = catalog;
        CurrentDatabase = database;
    }

    /// <summary>Returns what is not temporary, as it is now.</summary>
    public CatalogContent Content() => new([.. Catalogs.Values.Select(catalog => catalog.Copy())], [.. _permanent.Values]);

    /// <summary>Takes other contents in the place of all that is not temporary; a current database that is gone becomes the first one.</summary>
    public void Load(CatalogContent content)
    {
        Catalogs.Clear();
        _permanent.Clear();
        foreach (NamedCatalog catalog in content.Catalogs)
        {
            Catalogs[catalog.Name] = catalog.Copy();
        }

        foreach (CatalogObject entry in content.Objects)
        {
            _permanent[entry.Name] = entry;
        }

        if (!Catalogs.TryGetValue(CurrentCatalog, out NamedCatalog? current) || !current.Databases.ContainsKey(CurrentDatabase))
        {
            Use(DefaultCatalog, DefaultDatabase);
        }
    }

    /// <summary>Gets the temporary tables and views.</summary>
    public IEnumerable<CatalogObject> TemporaryObjects => _temporary.Values;

    /// <summary>Gets the visible tables and views of one database, sorted by name.</summary>
    public IEnumerable<CatalogObject> In(string catalog, string database) =>
        Objects.Where(entry => entry.Name.Catalog == catalog && entry.Name.Database == database);

    /// <summary>Puts an entry in the place of the one of its name and permanence.</summary>
    public void Replace(CatalogObject entry) => (entry.IsTemporary ? _temporary : _permanent)[entry.Name] = entry;

    /// <summary>Removes all tables and views of a database, or of a whole catalog when the database is null.</summary>
    public void Clear(string catalog, string? database)
    {
        foreach (Dictionary<ObjectName, CatalogObject> entries in (Dictionary<ObjectName, CatalogObject>[])[_permanent, _temporary])
        {
            ObjectName[] names =
            [
                .. entries.Keys.Where(name => name.Catalog == catalog && (database is null || name.Database == database)),
            ];
            foreach (ObjectName name in names)
            {
                entries.Remove(name);
            }
        }
    }

    /// <summary>Gets all visible tables and views, sorted by name.</summary>
    public IEnumerable<CatalogObject> Objects => _temporary.Values
        .Concat(_permanent.Values.Where(entry => !_temporary.ContainsKey(entry.Name)))
        .OrderBy(entry => entry.Name.ToString(), StringComparer.Ordinal);

    /// <summary>Gets the names of the databases whose tables the program makes, sorted.</summary>
    public IEnumerable<string> SystemDatabases => _system.Keys.Select(key => key.Database).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Tells whether a database's tables are made by the program.</summary>
    public bool IsSystemDatabase(string name) => name == SystemDatabase || _system.Keys.Any(key => key.Database == name);

    /// <summary>Gets the tables of a database of the program, sorted by name; they cannot be changed.</summary>
    public IEnumerable<CatalogTable> SystemTables(string database = SystemDatabase) =>
        _system.Values.Where(t => t.Name.Database == database).OrderBy(t => t.Name.Name, StringComparer.Ordinal);

    /// <summary>Finds a table of a database of the program, or null.</summary>
    public CatalogTable? FindSystem(string name, string database = SystemDatabase) => _system.GetValueOrDefault((database, name));

    /// <summary>Adds a table of a database of the program that a connector serves.</summary>
    public void AddSystem(string connector, SystemTable table)
    {
        CatalogColumn[] columns = [.. table.Columns.Select((c, i) => new CatalogColumn(c.Name, c.Type, i, null, null, null))];
        _system[(table.Database, table.Name)] = new CatalogTable(
            new ObjectName(DefaultCatalog, table.Database, table.Name), ValueList.Create<CatalogColumn>(columns), null, default,
            default, [new TableOption("connector", connector)], table.Database, IsTemporary: false, table.Doc);
    }

    /// <summary>Finds a table or view, or null.</summary>
    public CatalogObject? Find(ObjectName name) =>
        _temporary.GetValueOrDefault(name) ?? _permanent.GetValueOrDefault(name);

    /// <summary>Adds a table or view; false when the name is taken among objects of its kind of permanence.</summary>
    public bool TryAdd(CatalogObject entry) =>
        (entry.IsTemporary ? _temporary : _permanent).TryAdd(entry.Name, entry);

    /// <summary>Removes a table or view; false when there is none.</summary>
    public bool Remove(ObjectName name, bool isTemporary) => (isTemporary ? _temporary : _permanent).Remove(name);

    /// <summary>Finds a permanent or a temporary object, whatever hides it.</summary>
    public CatalogObject? Find(ObjectName name, bool isTemporary) =>
        (isTemporary ? _temporary : _permanent).GetValueOrDefault(name);
}
