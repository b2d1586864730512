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
    /// <summary>The one catalog.</summary>
    public const string DefaultCatalog = "default_catalog";

    /// <summary>The one database.</summary>
    public const string DefaultDatabase = "default_database";

    /// <summary>The database of the tables that tell about this process.</summary>
    public const string SystemDatabase = "sys";

    private readonly Dictionary<ObjectName, CatalogObject> _permanent = [];
    private readonly Dictionary<ObjectName, CatalogObject> _temporary = [];
    private readonly Dictionary<string, CatalogTable> _system = new(StringComparer.Ordinal);

    /// <summary>Gets all visible tables and views, sorted by name.</summary>
    public IEnumerable<CatalogObject> Objects => _temporary.Values
        .Concat(_permanent.Values.Where(entry => !_temporary.ContainsKey(entry.Name)))
        .OrderBy(entry => entry.Name.ToString(), StringComparer.Ordinal);

    /// <summary>Gets the tables of the database <c>sys</c>, sorted by name; they cannot be changed.</summary>
    public IEnumerable<CatalogTable> SystemTables => _system.Values.OrderBy(t => t.Name.Name, StringComparer.Ordinal);

    /// <summary>Finds a table of the database <c>sys</c>, or null.</summary>
    public CatalogTable? FindSystem(string name) => _system.GetValueOrDefault(name);

    /// <summary>Adds a table of the database <c>sys</c> that a connector serves.</summary>
    public void AddSystem(string connector, SystemTable table)
    {
        CatalogColumn[] columns = [.. table.Columns.Select((c, i) => new CatalogColumn(c.Name, c.Type, i, null, null, null))];
        _system[table.Name] = new CatalogTable(
            new ObjectName(DefaultCatalog, SystemDatabase, table.Name), ValueList.Create<CatalogColumn>(columns), null, default,
            default, [new TableOption("connector", connector)], SystemDatabase, IsTemporary: false, table.Doc);
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
