using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Session;

/// <summary>Goal: who reads a SELECT hears of its end, whatever it is; method: a real job whose rows go to a receiver of the test.</summary>
public sealed class QueryRunTests
{
    /// <summary>Breaks when final rows that cannot be written leave their client to wait for ever, or keep what the query holds.</summary>
    [Fact]
    public async Task A_result_that_cannot_be_completed_fails_for_its_reader()
    {
        await using var world = new SessionWorld();
        var job = (PlannedJob)world.Host.BeginPlanning().Plan(SqlStatement.Read("SELECT 1").Parsed).Statements[0];
        var receiver = new FullReceiver();
        LaunchedJob launched = new JobLauncher(world.Node).Start(
            job, new JobLaunch("select", 0, "none") { Name = "full" }, receiver, static _ => { });
        await using (var run = new QueryRun(new BatchQueue(job.Query!, withOp: false, world.Node.Memory), receiver, launched, world.Host))
        {
            MemoryLimitException failure = await Assert.ThrowsAsync<MemoryLimitException>(
                () => run.ReadAsync(default).AsTask().WaitAsync(SessionWorld.Limit));
            Assert.Equal("engine", failure.Account);
        }

        Assert.Equal(1, receiver.Rows);
        Assert.True(receiver.IsDisposed);
    }

    private sealed class FullReceiver : ResultReceiver
    {
        public bool IsDisposed { get; private set; }

        public override void Receive(StreamBatch batch) => Rows += batch.Count;

        public override void Complete() => throw new MemoryLimitException("engine", 1, 1, 1);

        public override void Dispose() => IsDisposed = true;
    }
}
