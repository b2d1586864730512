using System;
using System.IO;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Sql;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Jobs;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: a full disk costs the job that writes there and no other of the process. Method: two jobs on the same threads and pages, one
/// of them on a disk of a few pages, for its checkpoints or for its state; the other one is held in the middle until the first has failed.
/// Would fail if an error of a disk reached the shared threads, or left their memory taken.
/// </summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static readonly ConnectorRegistry s_connectors =
        new(ConnectorTable.Create(TextWriter.Null, TextWriter.Null, new ScriptRegistry(), []));

    [Theory]
    [InlineData(false, "No space left")]
    [InlineData(true, "CST5017")]
    public void The_other_job_of_the_process_goes_on(bool isState, string text)
    {
        using SmallDisk? disk = SmallDisk.TryMount("64k");
        if (disk is null)
        {
            output.WriteLine("Not tried: tmpfs cannot be mounted here.");
            return;
        }

        using var folder = new TempFolder();
        using var pool = new SizeClassPool();
        using (var workers = new WorkerPool("disk", 3, TimeProvider.System))
        using (var io = new WorkerPool("disk-io", 2, TimeProvider.System))
        using (var pages = new StatePool())
        using (var memory = new BufferAllocator("disk", pool))
        {
            MemoryLog log = MemoryLog.Random(new Random(5), splits: 2, rowsPerSplit: 6000, keys: 3000);
            var ledger = new MemoryLedger();
            using var hasFailed = new ManualResetEventSlim();
            using var isInMiddle = new ManualResetEventSlim();
            int commits = 0;
            ledger.IsCanonical = _ =>
            {
                // One commit waits, on one of the three threads.
                isInMiddle.Set();
                return Interlocked.Increment(ref commits) > 1 || hasFailed.Wait(s_limit);
            };
            RunningJob healthy = Runner(log, ledger).Start(MemoryJob.Graph(2, 2), Options("healthy", folder.At("healthy")));
            Assert.True(isInMiddle.Wait(s_limit), "The job takes no checkpoint.");

            RunningJob job = isState
                ? new JobRunner(workers, io, s_connectors, memory, pages).Start(
                    Groups(), Options("small", folder.At("small")) with { SpillsAlways = true, SpillFolders = disk.Folder })
                : Runner(log, new MemoryLedger()).Start(MemoryJob.Graph(2, 2), Options("small", disk.Folder));
            Assert.True(job.Wait(s_limit), "The job on the small disk hangs.");
            Assert.Equal(JobStatus.Failed, job.Status);
            ColumnStreamException failure = Assert.IsAssignableFrom<ColumnStreamException>(job.Failure);
            Assert.Contains(text, $"CST{failure.Code} {failure.Message}", StringComparison.Ordinal);
            Assert.Equal(JobStatus.Running, healthy.Status);

            hasFailed.Set();
            Assert.True(healthy.Wait(s_limit), "The other job hangs.");
            Assert.True(healthy.Status == JobStatus.Finished, $"{healthy.Failure}");
            Assert.Null(MemoryJob.Difference(log, ledger));

            // Nothing is left of either that a third would miss.
            var after = new MemoryLedger();
            RunningJob third = Runner(log, after).Start(MemoryJob.Graph(1, 2), Options("third", folder.At("third")));
            Assert.True(third.Wait(s_limit) && third.Status == JobStatus.Finished, $"{third.Failure}");
            Assert.Null(MemoryJob.Difference(log, after));

            JobRunner Runner(MemoryLog rows, MemoryLedger shown) => new(
                workers, io, new ConnectorRegistry([new MemoryConnector(rows, shown, pauses: false)]), memory, pages);
        }
    }

    /// <summary>Makes a job whose state goes to disk: a row for each of many keys.</summary>
    private static JobGraph Groups()
    {
        PlanResult plan = new ScriptPlanner(s_connectors, new PlannerOptions([])).Plan(SqlParser.Parse(
            """
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000',
              'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '39999');
            CREATE TABLE o (a BIGINT, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT a, COUNT(*) FROM t GROUP BY a;
            """,
            "disk.sql"));
        Assert.True(plan.IsSuccess, string.Join('\n', plan.Errors.Select(e => e.Message)));
        return plan.Statements.OfType<PlannedJob>().Single().Graph;
    }

    private static JobOptions Options(string name, string checkpoints) => new(name)
    {
        Checkpoints = new LocalObjectStore(checkpoints),
        CheckpointInterval = TimeSpan.FromMilliseconds(1),
        TolerableFailedCheckpoints = 0,
        MaxRows = 64,
        Nonce = name,
    };
}
