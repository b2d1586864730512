using System;
using System.IO;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Server.Composition;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Runtime;

/// <summary>Jobs on real threads and real files: the sinks hold what the log says.</summary>
public sealed class JobTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly WorkerPool _workers = new("test", 2, TimeProvider.System);
    private readonly WorkerPool _io = new("test-io", 1, TimeProvider.System);
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly OssEmulator _emulator = new(TimeProvider.System);
    private readonly ObjectStoreTable _stores = new(TimeProvider.System, new Random(1), static _ => null);
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-jobs-").FullName;

    public void Dispose()
    {
        _workers.Dispose();
        _io.Dispose();
        _pool.Dispose();
        _stores.Dispose();
        _emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_single_chain_runs_to_its_end_and_shows_everything_once()
    {
        MemoryLog log = MemoryLog.Random(new Random(1), splits: 3, rowsPerSplit: 5000, keys: 50);
        var ledger = new MemoryLedger();
        RunningJob job = Run(MemoryJob.SingleChain(), log, ledger, new JobOptions("single") { Checks = true });
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Null(MemoryJob.Difference(log, ledger));
        Assert.Equal(log.Splits[0].Count + log.Splits[1].Count + log.Splits[2].Count, job.Metrics().Nodes[2].RowsIn);
    }

    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(4, 4, 1 << 20)]
    public void An_exchange_keeps_every_row_in_the_order_of_its_key(int readers, int folders, long credit)
    {
        MemoryLog log = MemoryLog.Random(new Random(2), splits: 5, rowsPerSplit: 4000, keys: 100);
        var ledger = new MemoryLedger();
        RunningJob job = Run(
            MemoryJob.Graph(readers, folders), log, ledger,
            new JobOptions("exchange") { Checks = true, ChannelCreditBytes = credit, MaxRows = 100, RandomCutsSeed = 5 });
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Null(MemoryJob.Difference(log, ledger));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("memory")]
    [InlineData("oss")]
    public void Checkpoints_in_every_store_are_taken_and_a_finished_job_is_not_run_again(string scheme)
    {
        MemoryLog log = MemoryLog.Random(new Random(3), splits: 4, rowsPerSplit: 3000, keys: 300);
        var ledger = new MemoryLedger();
        IObjectStore store = Store(scheme);
        var options = new JobOptions("checkpointed")
        {
            Checks = true, Checkpoints = store, CheckpointInterval = TimeSpan.FromMilliseconds(5), MaxRows = 50,
        };
        RunningJob job = Run(MemoryJob.Graph(2, 2), log, ledger, options);
        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Null(MemoryJob.Difference(log, ledger));
        Assert.True(job.Metrics().Checkpoints.Completed > 0);
        using (Stream? terminal = store.OpenRead("terminal.json"))
        {
            Assert.NotNull(terminal);
        }

        RunningJob again = Run(MemoryJob.Graph(2, 2), log, ledger, options);
        Assert.Equal(JobStatus.AlreadyFinished, again.Status);
        Assert.Null(MemoryJob.Difference(log, ledger));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("memory")]
    [InlineData("oss")]
    public void A_cancelled_job_loses_nothing_and_goes_on_with_another_parallelism(string scheme)
    {
        MemoryLog log = MemoryLog.Random(new Random(4), splits: 4, rowsPerSplit: 10000, keys: 300);
        var ledger = new MemoryLedger();
        IObjectStore store = Store(scheme);
        var options = new JobOptions("cancelled") { Checks = true, Checkpoints = store, MaxRows = 10 };
        JobRunner runner = Runner(log, ledger, pauses: true);
        RunningJob job = runner.Start(MemoryJob.Graph(1, 3), options);
        job.Cancel();
        Assert.True(job.Wait(Limit));
        Assert.Null(job.Failure);
        Assert.Equal(JobStatus.Cancelled, job.Status);
        RunningJob rest = Run(MemoryJob.Graph(3, 2), log, ledger, options with { MaxRows = 4096 });
        Assert.Equal(JobStatus.Finished, rest.Status);
        Assert.Null(MemoryJob.Difference(log, ledger));
    }

    [Fact]
    public void A_failing_job_shows_nothing_and_says_why()
    {
        MemoryLog log = MemoryLog.Random(new Random(6), splits: 2, rowsPerSplit: 100, keys: 10);
        var ledger = new MemoryLedger { Fault = static () => throw new InvalidOperationException("Planned.") };
        RunningJob job = Runner(log, ledger).Start(MemoryJob.SingleChain(), new JobOptions("failing"));
        Assert.True(job.Wait(Limit));
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal("Planned.", job.Failure!.Message);
        Assert.Empty(ledger.Rows);
    }

    /// <summary>Would fail if the handle came after the tasks had begun: a job that lists the jobs would not find itself.</summary>
    [Fact]
    public void A_job_is_announced_before_its_first_turn()
    {
        MemoryLog log = MemoryLog.Random(new Random(7), splits: 2, rowsPerSplit: 100, keys: 10);
        long rows = -1;
        RunningJob job = Runner(log, new MemoryLedger()).Start(MemoryJob.SingleChain(), new JobOptions("announced"), started =>
        {
            Thread.Sleep(50);
            rows = started.Metrics().Nodes[0].RowsOut;
        });
        Assert.True(job.Wait(Limit));
        Assert.Equal(0, rows);
        Assert.True(job.Metrics().Nodes[0].RowsOut > 0);
    }

    /// <summary>Opens a store by its scheme, buckets at the emulator.</summary>
    private IObjectStore Store(string scheme) => _stores.OpenChecked(
        scheme switch
        {
            "file" => $"file://{_folder}/job",
            _ => $"{scheme}://{OssEmulator.BucketName}/job",
        },
        "nonce",
        key => key switch
        {
            "fs.oss.endpoint" => _emulator.Endpoint.ToString(),
            "fs.oss.region" => OssEmulator.Region,
            "fs.oss.accessKeyId" => "LTAItestAccessKeyId0",
            "fs.oss.accessKeySecret" => "testAccessKeySecret000000000000",
            _ => null,
        });

    private JobRunner Runner(MemoryLog log, MemoryLedger ledger, bool pauses = false) => new(
        _workers, _io, new ConnectorRegistry([new MemoryConnector(log, ledger, pauses)]), new BufferAllocator("test", _pool),
        new StatePool());

    private RunningJob Run(JobGraph graph, MemoryLog log, MemoryLedger ledger, JobOptions options)
    {
        RunningJob job = Runner(log, ledger).Start(graph, options);
        Assert.True(job.Wait(Limit), $"The job hangs: {job.Metrics().Checkpoints}, {job.Metrics().Nodes[0].RowsOut} rows.");
        Assert.Null(job.Failure);
        Assert.Equal(0, job.Metrics().NativeBytes);
        return job;
    }
}
