using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Engine.Connectors;

/// <summary>Finds connectors by name; made once, at composition, from the connectors' table.</summary>
public sealed class ConnectorRegistry
{
    private readonly Dictionary<string, Connector> _byName = new(StringComparer.Ordinal);

    /// <summary>Makes a registry of <paramref name="connectors"/>; later ones replace earlier ones of the same name.</summary>
    public ConnectorRegistry(IEnumerable<Connector> connectors)
    {
        foreach (Connector connector in connectors)
        {
            _byName[connector.Name] = connector;
        }
    }

    /// <summary>Gets all names in order.</summary>
    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Gets the connectors that have tables of the database <c>sys</c>, each with its tables.</summary>
    public IEnumerable<(Connector Connector, SystemTable Table)> SystemTables =>
        _byName.Values.SelectMany(c => c.SystemTables.Select(t => (c, t)));

    /// <summary>Returns a registry with one more connector, which replaces the one of its name.</summary>
    public ConnectorRegistry With(Connector connector) => new(_byName.Values.Append(connector));

    /// <summary>Finds a connector, or null.</summary>
    public Connector? Find(string name) => _byName.GetValueOrDefault(name);
}
