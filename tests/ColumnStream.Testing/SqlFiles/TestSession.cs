using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Planner;
using ColumnStream.Planner.Functions;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;
using ColumnStream.Server.Composition;
using ColumnStream.Sql;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is one engine in this process for tests: plans statements and runs jobs in one way.</summary>
public sealed class TestSession : IDisposable
{
    private readonly BufferPool _pool;
    private readonly BufferAllocator _memory;
    private readonly StatePool _pages = new();
    private readonly SessionClock _clock = new();
    private readonly WorkerPool _workers;
    private readonly WorkerPool _io = new("io", 1, TimeProvider.System);
    private readonly JobRunner _runner;
    private readonly ConnectorRegistry _connectors;
    private readonly ScriptPlanner[] _planners;
    private readonly Dictionary<PlannedJob, JobGraph[]> _graphs = new(ReferenceEqualityComparer.Instance);
    private readonly SltLeg _leg;
    private readonly TransportTable _transports;
    private int _jobs;

    public TestSession(SltLeg leg)
    {
        _leg = leg;
        _pool = leg.IsDebugAllocator ? new GuardedPool() : BufferPools.FromEnvironment();
        _memory = new BufferAllocator("test", _pool);
        _workers = new WorkerPool("worker", 2, _clock);
        _transports = new TransportTable(_memory, _workers, _io);
        Result.IsTransactional = leg.Lives.Count > 0;
        _connectors = new ConnectorRegistry(
            ConnectorTable.Create(TextWriter.Null, TextWriter.Null, Scripts, [new FunctionsTable()]).Append<Connector>(Result));
        _runner = new JobRunner(_workers, _io, _connectors, _memory, _pages);
        IEnumerable<int> parallelism = leg.Lives.Count == 0 ? [leg.Parallelism] : leg.Lives.Distinct();
        _planners = [.. parallelism.Select(p => new ScriptPlanner(_connectors, new PlannerOptions(
        [
            new SessionOption(OptionTable.Parallelism, $"{p}", OptionOrigin.CommandLine),
        ]) { WithoutRules = ValueList.From(leg.WithoutRules) }))];
    }

    /// <summary>Gets the tables of the script connector.</summary>
    public ScriptRegistry Scripts { get; } = new();

    /// <summary>Gets the rows of the SELECT that ran last.</summary>
    public CollectConnector Result { get; } = new();

    /// <summary>Gets or sets what changes plans before they run: tests plant bugs with it.</summary>
    public Func<JobGraph, JobGraph> Sabotage { get; set; } = static graph => graph;

    /// <summary>Plans statements; definitions stay.</summary>
    public PlanResult Plan(string sql, string file = "test.sql")
    {
        PlanResult[] plans = [.. _planners.Select(p => p.Plan(SqlParser.Parse(sql, file)))];
        for (int i = 0; i < plans[0].Statements.Count && plans[0].IsSuccess; i++)
        {
            if (plans[0].Statements[i] is PlannedJob job)
            {
                _graphs[job] = [.. plans.Select(p => ((PlannedJob)p.Statements[i]).Graph)];
            }
        }

        return plans[0];
    }

    /// <summary>Lets the date begin where that of a simulation does, so that steps that move the clock have known dates.</summary>
    public void BeginClock() => _clock.Begin();

    /// <summary>Prints the errors of a plan as a user sees them.</summary>
    public static string Errors(PlanResult plan) =>
        string.Join('\n', plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e)));

    /// <summary>Starts a job; where the leg kills jobs, <paramref name="seed"/> draws when.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">Its name.</param>
    /// <param name="seed">Draws when it is killed.</param>
    /// <param name="memoryLimitBytes">What its memory may be.</param>
    /// <param name="killWhen">Where the leg kills jobs: when it is killed instead, once.</param>
    public TestJob Start(
        PlannedJob job,
        string name = "test",
        int seed = 42,
        long memoryLimitBytes = long.MaxValue,
        Func<JobMetrics, bool>? killWhen = null)
    {
        Result.Clear();
        bool lives = _leg.Lives.Count == 0;
        ExchangeRoute? route = _transports.Route(_leg.Transport);
        var options = new JobOptions(lives ? name : $"{name}-{_jobs++}")
        {
            Restore = RestoreMode.None,
            MaxRows = _leg.BatchRows,
            RandomCutsSeed = _leg.CutSeed,
            IsBatch = job.IsBatch,
            Seed = 42,
            Checks = true,
            ChannelCreditBytes = _leg.CreditBytes,
            SpillsAlways = _leg.SpillsAlways,
            Exchange = route,
            MemoryLimitBytes = memoryLimitBytes,
            LocalTimeZone = job.Settings.LastOrDefault(s => s.Key == OptionTable.LocalTimeZone)?.Value ?? "UTC",
        };
        if (lives)
        {
            return new LiveJob(_runner.Start(Sabotage(job.Graph), options), _workers, _clock, () => _workers.IsIdle && route?.Node.IsQuiet != false);
        }

        JobGraph[] graphs = _graphs[job];
        int[] order = [.. _leg.Lives.Distinct()];
        return new InterruptedJob(
            _connectors, [.. _leg.Lives.Select(p => Sabotage(graphs[Array.IndexOf(order, p)]))], options, seed,
                _leg.IsDebugAllocator, killWhen);
    }

    /// <summary>Runs a script to its end; returns the standing rows of its last SELECT and the counters of its job.</summary>
    /// <exception cref="InvalidOperationException">The script is wrong, or a job fails or does not end.</exception>
    public (IReadOnlyList<string> Rows, JobMetrics? Metrics) Run(string sql, int limitMs = 60_000)
    {
        PlanResult plan = Plan(sql);
        if (!plan.IsSuccess)
        {
            throw new InvalidOperationException(Errors(plan));
        }

        IReadOnlyList<string> rows = [];
        JobMetrics? metrics = null;
        foreach (PlannedStatement statement in plan.Statements)
        {
            if (statement is PlannedJob job)
            {
                TestJob running = Start(job);
                if (!running.Wait(limitMs))
                {
                    running.Cancel();
                    throw new InvalidOperationException($"Job does not end: {job.Summary}.");
                }

                if (running.Status == JobStatus.Failed)
                {
                    throw new InvalidOperationException(running.Failure!.Message, running.Failure);
                }

                rows = job.Query is null ? rows : Result.Standing(job.Query.Key);
                metrics = running.Metrics;
            }
        }

        return (rows, metrics);
    }

    public void Dispose()
    {
        _transports.Dispose();
        _workers.Dispose();
        _io.Dispose();
        _pages.Dispose();
        _memory.Dispose();
        _pool.Dispose();
    }
}
