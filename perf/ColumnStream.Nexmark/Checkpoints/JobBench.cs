using System;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Sql;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Is one worker, two threads for files, and a job that keeps a row a key; their threads carry its name.</summary>
internal sealed class JobBench : IDisposable
{
    private const string Script = """
        CREATE TABLE keys (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'keys');
        CREATE TABLE results (k BIGINT, c BIGINT, t BIGINT, m STRING) WITH ('connector' = 'blackhole');
        INSERT INTO results SELECT k, COUNT(*), SUM(v), MAX(s) FROM keys GROUP BY k;
        """;

    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _allocator;
    private readonly StatePool _pages = new();
    private readonly WorkerPool _workers;
    private readonly WorkerPool _io;
    private readonly ConnectorRegistry _connectors;
    private readonly PlannedJob _job;

    public JobBench(string name, KeyTraffic traffic)
    {
        _workers = new WorkerPool(name + WorkerMark, 1, TimeProvider.System);
        _io = new WorkerPool(name + FilesMark, 2, TimeProvider.System);
        _allocator = new BufferAllocator("checkpoints", _pool);
        _connectors = new ConnectorRegistry(
            [.. ConnectorTable.Create(TextWriter.Null, TextWriter.Null), new KeyConnector(traffic)]);
        PlanResult plan = new ScriptPlanner(_connectors, PlannerOptions.Default).Plan(SqlParser.Parse(Script, "keys"));
        _job = plan.IsSuccess
            ? plan.Statements.OfType<PlannedJob>().Single()
            : throw new InvalidOperationException(string.Join("\n", plan.Errors.Select(e => e.Message)));
    }

    /// <summary>Gets what is behind the name in the names of threads for rows.</summary>
    public static string WorkerMark => "-w";

    /// <summary>Gets what is behind the name in the names of threads for files.</summary>
    public static string FilesMark => "-io";

    public RunningJob Start(string? folder, TimeSpan interval, RestoreMode restore, bool hasLedger = true) =>
        new JobRunner(_workers, _io, _connectors, _allocator, _pages).Start(_job.Graph, new JobOptions("keys")
        {
            Checkpoints = folder is null ? null : new LocalObjectStore(folder),
            CheckpointInterval = folder is null ? null : interval,
            Restore = restore,
            HasLedger = hasLedger,
            Warn = Console.Error.WriteLine,
        });

    public void Dispose()
    {
        _workers.Dispose();
        _io.Dispose();
        _pages.Dispose();
        _allocator.Dispose();
        _pool.Dispose();
    }
}
