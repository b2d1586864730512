using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.State;
using ColumnStream.Nexmark.Checking;
using ColumnStream.Nexmark.Data;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Sql;

namespace ColumnStream.Nexmark.Running;

/// <summary>Plans and runs scripts in this process: one thread for files, no checkpoints.</summary>
internal sealed class LocalEngine : IDisposable
{
    private readonly WorkerPool _workers;
    private readonly WorkerPool _io = new("io", 1, TimeProvider.System);
    private readonly MemoryConnector _memory;
    private readonly ConnectorRegistry _connectors;
    private readonly StatePool _pages;
    private readonly JobRunner _runner;
    private int _jobs;

    public LocalEngine(Dataset dataset, BufferAllocator allocator, int workers = 1)
    {
        _workers = new WorkerPool("worker", workers, TimeProvider.System);
        _memory = new MemoryConnector(dataset);
        _pages = new StatePool();
        _connectors = new ConnectorRegistry([.. ConnectorTable.Create(TextWriter.Null, TextWriter.Null), _memory, Answer]);
        _runner = new JobRunner(_workers, _io, _connectors, allocator, _pages);
    }

    /// <summary>Gets what collects answers.</summary>
    public AnswerConnector Answer { get; } = new();

    /// <summary>Plans a script of one job.</summary>
    public PlannedJob Plan(string sql, string name)
    {
        var planner = new ScriptPlanner(_connectors, PlannerOptions.Default);
        PlanResult plan = planner.Plan(SqlParser.Parse(sql, name));
        if (!plan.IsSuccess)
        {
            throw new InvalidOperationException(
                string.Join("\n", plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e))));
        }

        return plan.Statements.OfType<PlannedJob>().Single();
    }

    /// <summary>Runs a job to its end.</summary>
    public EngineRun Run(PlannedJob job)
    {
        var options = new JobOptions(string.Create(CultureInfo.InvariantCulture, $"perf-{_jobs++}"))
        {
            MaxRows = Dataset.BatchRows,
            Restore = RestoreMode.None,
        };
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        long cpu = ProcessClock.CpuNs;
        RunningJob running = _runner.Start(job.Graph, options);
        JobStatus status = running.Wait();
        cpu = ProcessClock.CpuNs - cpu;
        long wall = (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        if (status != JobStatus.Finished)
        {
            throw new InvalidOperationException($"Job ended as {status}.", running.Failure);
        }

        IReadOnlyList<NodeMetrics> nodes = running.Metrics().Nodes;
        string busy = string.Join("; ", nodes.Select(n => string.Create(
            CultureInfo.InvariantCulture, $"{n.Name} {n.BusyNs / 1e6:F1} ms, {n.BatchesIn} > {n.BatchesOut} batches")));
        long rowsIn = nodes.Where(n => n.Name.StartsWith("source", StringComparison.Ordinal)).Sum(n => n.RowsOut);
        long rowsOut = nodes.Where(n => n.Name.StartsWith("sink", StringComparison.Ordinal)).Sum(n => n.RowsIn);
        return new EngineRun(rowsIn, rowsOut, cpu, wall, allocated, busy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.Dispose();
        _io.Dispose();
        _memory.Dispose();
        _pages.Dispose();
    }
}
