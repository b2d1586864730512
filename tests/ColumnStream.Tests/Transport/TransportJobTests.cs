using System;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Jobs;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>Jobs whose exchanges lead over a transport, on real threads with small windows: whatever is missed hangs and is seen.</summary>
public sealed class TransportJobTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Fact]
    public void Jobs_over_a_transport_never_hang_and_lose_nothing()
    {
        using var workers = new WorkerPool("transport", 3, TimeProvider.System);
        using var io = new WorkerPool("transport-io", 1, TimeProvider.System);
        using var pool = new SizeClassPool();
        using var pages = new StatePool();
        for (int run = 0; run < 40; run++)
        {
            MemoryLog log = MemoryLog.Random(new Random(run), splits: 3, rowsPerSplit: 60, keys: 10);
            var ledger = new MemoryLedger();
            using var memory = new BufferAllocator("transport", pool);
            var transport = new InProcessTransport(workers);
            var node = new TransportNode(transport, workers);
            TransportEndpoint endpoint = Done(node.ListenAsync(new TransportEndpoint("")).AsTask());
            var runner = new JobRunner(
                workers, io, new ConnectorRegistry([new MemoryConnector(log, ledger, pauses: run % 3 == 0)]), memory, pages);
            RunningJob job = runner.Start(
                MemoryJob.Graph(1 + (run % 3), 1 + (run % 4)),
                new JobOptions("transport")
                {
                    ChannelCreditBytes = 1L << (run % 12), MaxRows = 4, Seed = run, CheckpointInterval = TimeSpan.FromMilliseconds(1),
                    Exchange = new ExchangeRoute(node, endpoint), Checks = true,
                });
            Assert.True(job.Wait(Watchdog), $"Run {run} hangs.");
            Assert.Null(job.Failure);
            Assert.Null(MemoryJob.Difference(log, ledger));
            Done(Close(node, transport));
        }
    }

    /// <summary>Ends of exchanges stop in no order, and what one misses because the other stopped before is no failure.</summary>
    [Fact]
    public void Jobs_over_a_transport_that_are_cancelled_have_not_failed()
    {
        using var workers = new WorkerPool("cancelled", 3, TimeProvider.System);
        using var io = new WorkerPool("cancelled-io", 1, TimeProvider.System);
        using var pool = new SizeClassPool();
        using var pages = new StatePool();
        int cancelled = 0;
        for (int run = 0; run < 150; run++)
        {
            MemoryLog log = MemoryLog.Random(new Random(run), splits: 3, rowsPerSplit: 2000, keys: 10);
            using var memory = new BufferAllocator("cancelled", pool);
            var transport = new InProcessTransport(workers);
            var node = new TransportNode(transport, workers);
            TransportEndpoint endpoint = Done(node.ListenAsync(new TransportEndpoint("")).AsTask());
            var runner = new JobRunner(workers, io, new ConnectorRegistry([new MemoryConnector(log, new MemoryLedger())]), memory, pages);
            RunningJob job = runner.Start(
                MemoryJob.Graph(2, 3),
                new JobOptions("cancelled") { ChannelCreditBytes = 1 << 10, MaxRows = 4, Seed = run, Exchange = new ExchangeRoute(node, endpoint) });
            SpinWait.SpinUntil(() => job.Metrics().Nodes[0].RowsOut > run || job.Status != JobStatus.Running, Watchdog);
            job.Cancel();
            Assert.True(job.Wait(Watchdog), $"Run {run} hangs.");
            Assert.Null(job.Failure);
            cancelled += job.Status == JobStatus.Cancelled ? 1 : 0;
            Done(Close(node, transport));
        }

        Assert.True(cancelled > 0, "No job was cancelled before its end.");
    }

    private static async System.Threading.Tasks.Task<bool> Close(TransportNode node, ITransport transport)
    {
        await node.DisposeAsync();
        await transport.DisposeAsync();
        return true;
    }

    private static T Done<T>(System.Threading.Tasks.Task<T> task)
    {
        Assert.True(SpinWait.SpinUntil(() => task.IsCompleted, Watchdog));
        return task.GetAwaiter().GetResult();
    }
}
