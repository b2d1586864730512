using System;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Session;
using ColumnStream.Sql;

namespace ColumnStream.Server.Shell;

/// <summary>Runs the shell's statements in this process.</summary>
internal sealed class LocalEngine : IShellEngine
{
    private readonly NodeBuilder _node;
    private readonly ScriptPlanner _planner;
    private readonly RunOptions _options;

    public LocalEngine(PlannerOptions settings, RunOptions options)
    {
        _options = options;
        _node = new NodeBuilder(Console.Out, Console.Error);
        _planner = new ScriptPlanner(_node.Connectors, settings);
        _node.Definitions = _planner.Catalog.Content;
    }

    /// <inheritdoc/>
    public Catalog Catalog => _planner.Catalog;

    /// <inheritdoc/>
    public ConnectorRegistry Connectors => _node.Connectors;

    /// <inheritdoc/>
    public int Execute(SourceText text, bool isInteractive, out int errorAt)
    {
        errorAt = -1;
        PlanResult plan = _planner.Plan(SqlParser.Parse(text));
        if (!ScriptFile.Report(plan, _options.IsQuiet))
        {
            errorAt = plan.Errors[0].Span.Start;
            return ExitCode.Usage;
        }

        using var runner = new StatementRunner(_node, "shell", _options) { IsShell = isInteractive };
        return runner.Run(plan);
    }

    public void Dispose() => _node.Dispose();
}
