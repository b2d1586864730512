using System;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;

namespace ColumnStream.Planner;

/// <summary>Plans the statements of one session: keeps its catalog and options, and turns scripts into jobs.</summary>
/// <remarks>Not thread-safe. Definitions and SET take effect while planning, in the order of the statements.</remarks>
public sealed class ScriptPlanner
{
    private readonly ConnectorRegistry _connectors;
    private readonly PlannerOptions _options;

    /// <summary>Begins a session with an empty catalog.</summary>
    public ScriptPlanner(ConnectorRegistry connectors, PlannerOptions options)
    {
        _connectors = connectors;
        _options = options;
    }

    /// <summary>Gets the session's tables and views.</summary>
    public Catalog Catalog { get; } = new();

    /// <summary>Plans a script; consecutive INSERTs become one job, a later SELECT its own.</summary>
    public PlanResult Plan(ParseResult script) => throw new NotSupportedException($"{_connectors} {_options}");
}
