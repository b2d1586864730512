using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Sql;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Tests.Runtime.Upgrades;

/// <summary>Runs jobs one after the other over the same tables and the same checkpoints, each in a simulated process of its own.</summary>
internal sealed class UpgradeWorld(int seed)
{
    private readonly SimulatedObjectStore _store = new();
    private readonly Random _random = new(seed);
    private readonly HashSet<string> _fed = new(StringComparer.Ordinal);
    private readonly ScriptRegistry _scripts = new();
    private ConnectorRegistry? _connectors;
    private long _now;

    private ConnectorRegistry Connectors => _connectors ??= new ConnectorRegistry(
        ConnectorTable.Create(TextWriter.Null, TextWriter.Null, _scripts, []));

    public PlannedJob Plan(string sql, int parallelism, params string[] withoutRules)
    {
        var options = new PlannerOptions([new SessionOption(OptionTable.Parallelism, $"{parallelism}", OptionOrigin.CommandLine)])
        {
            WithoutRules = ValueList.From(withoutRules),
        };
        PlanResult plan = new ScriptPlanner(Connectors, options).Plan(SqlParser.Parse(sql, "upgrade.sql"));
        Assert.True(plan.IsSuccess, string.Join('\n', plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e))));
        return Assert.Single(plan.Statements.OfType<PlannedJob>());
    }

    public void Feed(string script)
    {
        foreach ((string table, string row) in UpgradeScript.Lines(script, "feed"))
        {
            _scripts.Table(table).Feed(row);
            _fed.Add(table);
        }
    }

    public UpgradeReport Verdict(JobGraph after) => Ask(upgrade => upgrade.From(
        _store, null, "the checkpoint", after, isBatch: false, static _ => throw new InvalidOperationException("This life began here.")));

    public static UpgradeReport Verdict(JobGraph before, JobGraph after) => Ask(upgrade => upgrade.Between(before, after, isBatch: false));

    /// <summary>Runs until all rows are worked off; then the process dies behind a checkpoint, or stops with a last one.</summary>
    public void RunAndStop(PlannedJob job, bool isKilled)
    {
        using var process = Start(job, UpgradeConsent.None, TimeSpan.FromMilliseconds(1));
        foreach (string table in ReadBy(job))
        {
            _fed.Add(table);
        }

        process.Until(() => ReadBy(job).All(t => _scripts.Table(t).IsDrained));
        long epoch = process.Job.Metrics().Checkpoints.LastEpoch;
        process.Until(() => process.Job.Metrics().Checkpoints.LastEpoch >= epoch + 2);
        if (!isKilled)
        {
            process.Job.Cancel();
            process.Until(() => process.Job.Status != JobStatus.Running);
            Assert.Equal(JobStatus.Cancelled, process.Job.Status);
        }

        _now = process.Now;
    }

    /// <summary>Runs to the end of all tables.</summary>
    public void RunToEnd(PlannedJob job, UpgradeConsent consent)
    {
        foreach (string table in ReadBy(job).Concat(_fed))
        {
            _scripts.Table(table).End();
        }

        using var process = Start(job, consent, TimeSpan.FromMilliseconds(5));
        process.Until(() => process.Job.Status != JobStatus.Running);
        Assert.True(process.Job.Status == JobStatus.Finished, process.Job.Failure?.ToString());
    }

    /// <summary>Returns the last committed row of each key of a sink, sorted.</summary>
    public string[] Standing(string table, int key)
    {
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ScriptRow row in _scripts.Table(table).Committed)
        {
            string at = string.Join(' ', row.Values.Take(key).Select(v => v ?? "NULL"));
            if (row.Kind is RowKind.Delete)
            {
                rows.Remove(at);
            }
            else if (row.Kind is not RowKind.UpdateBefore)
            {
                rows[at] = new ScriptRow(RowKind.Insert, row.Values).ToString()[3..];
            }
        }

        return [.. rows.Values.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> ReadBy(PlannedJob job) => job.Graph.Plan.Nodes.OfType<SourceNode>()
        .Select(source => source.Table.Name[(source.Table.Name.LastIndexOf('.') + 1)..]);

    private static UpgradeReport Ask(Func<JobUpgrade, UpgradeReport> question)
    {
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("upgrade", pool);
        using var pages = new StatePool();
        return question(new JobUpgrade(memory, pages, TimeProvider.System));
    }

    private Process Start(PlannedJob job, UpgradeConsent consent, TimeSpan interval) => new(
        new SimExecutor(_random.Next(), _now), Connectors, job.Graph, new JobOptions("upgrade")
        {
            Checkpoints = _store, Restore = RestoreMode.Latest, CheckpointInterval = interval, UpgradeConsent = consent,
            MaxRows = 1 << _random.Next(0, 3), Checks = true, Seed = 42, Nonce = $"run{_random.Next()}",
        });

    /// <summary>Is a process; it may be dropped at any time.</summary>
    private sealed class Process : IDisposable
    {
        private const int MostTurns = 200_000;
        private readonly SimExecutor _executor;
        private readonly BufferPool _pool = new SizeClassPool();
        private readonly StatePool _pages = new();

        public Process(SimExecutor executor, ConnectorRegistry connectors, JobGraph graph, JobOptions options)
        {
            _executor = executor;
            try
            {
                Job = new JobRunner(executor, executor, connectors, new BufferAllocator("upgrade", _pool), _pages).Start(graph, options);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public RunningJob Job { get; }

        public long Now => _executor.Now;

        public void Until(Func<bool> condition)
        {
            for (int turns = 0; !condition(); turns++)
            {
                bool isAlive = Job.Status is JobStatus.Running && _executor.Step();
                Assert.True(isAlive || condition(), Job.Failure?.ToString() ?? "Nothing happens any more.");
                Assert.True(turns < MostTurns, "Nothing comes of it.");
            }
        }

        public void Dispose()
        {
            _pages.Abandon();
            _pool.Dispose();
        }
    }
}
