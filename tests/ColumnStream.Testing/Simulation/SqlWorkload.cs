using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is a script of SQL over simulated tables, planned as production plans it.</summary>
/// <param name="name">The name that failures show.</param>
/// <param name="sql">Definitions and one job.</param>
/// <param name="tables">The rows of its sources.</param>
/// <param name="oracle">Gives the rows of each sink for what the sources gave, or null where that does not decide them.</param>
internal sealed class SqlWorkload(
    string name, string sql, IReadOnlyList<SimulatedTable> tables,
    Func<SimulatedInput, IReadOnlyDictionary<string, IEnumerable<string>>?> oracle) : Workload
{
    private const int MostParallelism = 4;
    private static readonly ConcurrentDictionary<(string Sql, int Parallelism), JobGraph> s_plans = new();

    public override string Name => name;

    public override JobGraph Plan(Random random) => Plan(random.Next(1, MostParallelism + 1));

    public JobGraph Plan(int parallelism) => s_plans.GetOrAdd((sql, parallelism), MakePlan);

    public override Connector Connect(MemoryLedger ledger) => new SimulatedConnector(tables, ledger);

    public override string? Difference(MemoryLedger ledger, IReadOnlyDictionary<(string Table, int Split), int>? positions)
    {
        foreach ((string sink, IEnumerable<string> rows) in oracle(new SimulatedInput(tables, positions)) ?? Nothing())
        {
            if (Difference(sink, ledger, rows) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static Dictionary<string, IEnumerable<string>> Nothing() => [];

    private static JobGraph MakePlan((string Sql, int Parallelism) key)
    {
        var connectors = new ConnectorRegistry(
            ConnectorTable.Create(TextWriter.Null, TextWriter.Null).Append(new SimulatedConnector([], new MemoryLedger())));
        var planner = new ScriptPlanner(connectors, new PlannerOptions(
        [
            new SessionOption(
                OptionTable.Parallelism, key.Parallelism.ToString(CultureInfo.InvariantCulture), OptionOrigin.CommandLine),
        ]));
        PlanResult plan = planner.Plan(SqlParser.Parse(key.Sql, "simulated.sql"));
        if (!plan.IsSuccess)
        {
            throw new ArgumentException(
                string.Join('\n', plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e))));
        }

        PlannedJob[] jobs = [.. plan.Statements.OfType<PlannedJob>()];
        return jobs is [{ Query: null } job]
            ? job.Graph
            : throw new ArgumentException("A simulated script has one job that writes tables: INSERT INTO, or a statement set.");
    }
}
