using System.Collections.Generic;
using System.IO;
using ColumnStream.Connectors.Blackhole;
using ColumnStream.Connectors.Files;
using ColumnStream.Connectors.Generator;
using ColumnStream.Connectors.Introspection;
using ColumnStream.Connectors.Jdbc;
using ColumnStream.Connectors.Nexmark;
using ColumnStream.Connectors.Print;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Connectors;

/// <summary>Lists all connectors by name; a new connector is one line here.</summary>
public static class ConnectorTable
{
    /// <summary>Makes all connectors, sorted by name.</summary>
    /// <param name="output">Where <c>print</c> writes.</param>
    /// <param name="error">Where <c>print</c> writes with 'standard-error'.</param>
    /// <param name="script">Tables of <c>script</c>; null makes a registry that nobody else sees.</param>
    /// <param name="systemTables">Tables of the database <c>sys</c>.</param>
    /// <param name="access">What they may reach; null lets them reach everything.</param>
    public static IReadOnlyList<Connector> Create(
        TextWriter output, TextWriter error, ScriptRegistry? script = null, IReadOnlyList<SystemTable>? systemTables = null,
        ConnectorAccess? access = null) =>
    [
        new BlackholeConnector(),
        new DataGenConnector(),
        new FileSystemConnector((access ?? ConnectorAccess.All).Folders),
        new JdbcConnector(access ?? ConnectorAccess.All),
        new NexmarkConnector(),
        new PrintConnector(output, error),
        new ScriptConnector(script ?? new ScriptRegistry()),
        System(systemTables ?? []),
    ];

    /// <summary>Makes the connector of tables that the program itself makes.</summary>
    public static Connector System(IReadOnlyList<SystemTable> tables) => new SystemConnector(tables);
}
