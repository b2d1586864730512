using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Plans the statements of one session: keeps its catalog and options, and turns scripts into jobs.</summary>
/// <remarks>Not thread-safe. Definitions and SET take effect while planning, in the order of the statements.</remarks>
public sealed partial class ScriptPlanner
{
    private readonly ConnectorRegistry _connectors;
    private readonly SessionSettings _settings;
    private readonly HashSet<ObjectName> _brokenObjects = [];
    private readonly PlannerOptions _options;

    /// <summary>Begins a session with an empty catalog.</summary>
    public ScriptPlanner(ConnectorRegistry connectors, PlannerOptions options)
        : this(connectors, options, new Catalog())
    {
        foreach ((Connector connector, SystemTable table) in connectors.SystemTables)
        {
            Catalog.AddSystem(connector.Name, table);
        }
    }

    private ScriptPlanner(ConnectorRegistry connectors, PlannerOptions options, Catalog catalog)
    {
        _connectors = connectors;
        _options = options;
        _settings = new SessionSettings(options.Settings);
        Catalog = catalog;
    }

    /// <summary>Gets the session's tables and views.</summary>
    public Catalog Catalog { get; }

    /// <summary>Gets all options in effect, sorted by key.</summary>
    public ValueList<SessionOption> Settings => _settings.All();

    /// <summary>
    /// Begins another session with an empty catalog over the same connectors, options and tables of the program. From any thread.
    /// </summary>
    public ScriptPlanner Begin() => new(_connectors, _options, new Catalog(Catalog));

    /// <summary>Plans a script; consecutive INSERTs become one job, a later SELECT its own.</summary>
    /// <remarks>
    /// Definitions between INSERTs do not separate them; SELECT, EXPLAIN, SET, RESET and a statement set do. All errors
    /// that can be found are reported, those of syntax among them.
    /// </remarks>
    public PlanResult Plan(ParseResult script) => Plan(script, parameters: null);

    /// <summary>Plans a script whose parameters have types or values.</summary>
    /// <remarks>Parameters whose types are looked for learn them; nothing is planned then that could run.</remarks>
    public PlanResult Plan(ParseResult script, StatementParameters? parameters)
    {
        var diagnostics = new DiagnosticBag(script.Source);
        diagnostics.Errors.AddRange(script.Diagnostics);
        var planner = new StatementPlanner(
            new Binding.BindingContext(diagnostics, Catalog, _connectors, _settings, _brokenObjects)
            {
                WithoutRules = _options.WithoutRules,
                Explains = _options.Explains,
                Parameters = parameters,
            });
        if (!script.IsSuccess)
        {
            ForgiveBrokenDefinitions(script.Source.Text);
        }

        foreach (Statement statement in script.Statements)
        {
            planner.Add(statement);
        }

        planner.Flush();
        return new PlanResult(
            script.Source,
            ValueList.From<PlannedStatement>(planner.Planned),
            ValueList.From(diagnostics.Errors.OrderBy(e => e.Span.Start)),
            ValueList.From(diagnostics.Warnings.OrderBy(e => e.Span.Start)));
    }

    /// <summary>Sets an option as SET does, unchecked.</summary>
    public void Set(string key, string value) => _settings.Set(key, value);

    /// <summary>Plans a script in batch mode, whatever the session's options say.</summary>
    public PlanResult PlanAsBatch(ParseResult script, StatementParameters? parameters)
    {
        SessionOption? former = _settings.FindSet(OptionTable.RuntimeMode);
        _settings.Set(OptionTable.RuntimeMode, "batch");
        try
        {
            return Plan(script, parameters);
        }
        finally
        {
            _settings.Reset(OptionTable.RuntimeMode);
            if (former is not null)
            {
                _settings.Set(former.Key, former.Value);
            }
        }
    }

    /// <summary>Remembers names whose CREATE may not have been readable: using them is not an error of its own.</summary>
    private void ForgiveBrokenDefinitions(string text)
    {
        foreach (Match match in Definition().Matches(text))
        {
            string name = match.Groups["name"].Value;
            _brokenObjects.Add(new ObjectName(Catalog.CurrentCatalog, Catalog.CurrentDatabase, name));
        }
    }

    [GeneratedRegex(@"\bCREATE\s+(TEMPORARY\s+)?(TABLE|VIEW)\s+(IF\s+NOT\s+EXISTS\s+)?`?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Definition();
}
