using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Control;
using ColumnStream.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Session;

/// <summary>Goal: what a session can say of the jobs that it starts, and sees of them; method: statements against one process.</summary>
public sealed class SessionJobTests
{
    private const string Numbers =
        "CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000', 'fields.id.kind' = 'sequence', "
        + "'fields.id.start' = '1', 'fields.id.end' = '100000000')";

    private const string RecoveryPath = "execution.state-recovery.path";

    [Fact]
    public async Task A_job_starts_from_the_savepoint_that_an_option_names()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Numbers);
        await SessionWorld.Rows(
            session,
            $"CREATE TABLE t (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{Path.Combine(world.Folder, "t")}', 'format' = 'csv')");
        await RunAWhileAsync(world, session, "t");
        string saved = (await SessionWorld.Rows(session, "STOP JOB 't' WITH SAVEPOINT"))[0].Split('|')[2];

        await SessionWorld.Rows(session, $"SET '{RecoveryPath}' = '{saved}'");
        RunningJob second = await RunAWhileAsync(world, session, "t-2");
        Assert.True(second.RestoredEpoch > 0);
        await SessionWorld.Rows(session, "STOP JOB 't-2' WITH SAVEPOINT");
        Assert.Equal(["true|true"], await SessionWorld.Rows(
            session, "SELECT COUNT(*) = MAX(id), COUNT(DISTINCT id) = MAX(id) FROM t"));

        await SessionWorld.Rows(session, $"RESET '{RecoveryPath}'");
        RunningJob third = await RunAWhileAsync(world, session, "t-3");
        Assert.Equal(0, third.RestoredEpoch);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("/nowhere/savepoint-1")]
    public async Task A_place_that_holds_nothing_is_refused_and_takes_no_name(string place)
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Numbers);
        await SessionWorld.Rows(session, "CREATE TABLE hole (id BIGINT) WITH ('connector' = 'blackhole')");
        await SessionWorld.Rows(session, $"SET '{RecoveryPath}' = '{place}'");
        Assert.Equal(3111, await SessionWorld.Refused(session, "INSERT INTO hole SELECT id FROM numbers"));
        await SessionWorld.Rows(session, $"RESET '{RecoveryPath}'");
        Assert.Equal(["hole"], await SessionWorld.Rows(session, "INSERT INTO hole SELECT id FROM numbers"));
    }

    [Fact]
    public async Task The_analysis_of_a_job_shows_what_its_exchanges_moved()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Numbers);
        await SessionWorld.Rows(session, "CREATE TABLE hole (id BIGINT) WITH ('connector' = 'blackhole')");
        await SessionWorld.Rows(session, "SET 'exchange.transport' = 'in-process'");
        await SessionWorld.Rows(session, "SET 'parallelism.default' = '2'");
        await SessionWorld.Rows(session, "INSERT INTO hole SELECT DISTINCT id FROM numbers");
        RunningJob job = world.Node.FindRunning("hole")!.Job;
        await SessionWorld.Until(() => job.Metrics().Exchanges.Sum(static exchange => exchange.Frames) > 10, "frames are sent");
        string[] rows = await SessionWorld.Rows(session, "EXPLAIN ANALYZE JOB 'hole'");
        string line = Assert.Single(rows, static row => row.Contains("|exchange hash[0] from ", StringComparison.Ordinal));
        Assert.Matches(@": [1-9]\d* frames, [1-9]\d* bytes, \d+ bytes/s, \d+ waits for credit\|4\|", line);

        // It stands between the nodes that it joins.
        int[] nodes = [.. rows.Select(static row => int.Parse(row.Split('|')[0], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(nodes.Order(), nodes);
    }

    [Fact]
    public async Task A_query_keeps_no_checkpoint_and_all_of_it_ends()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        Assert.Equal(["1"], await SessionWorld.Rows(session, "SELECT 1"));
        Assert.Equal(["1|0|0"], await SessionWorld.Rows(session, "SELECT job, checkpoints, last_epoch FROM sys.jobs WHERE job = 1"));
        Assert.Empty(await SessionWorld.Rows(session, "SELECT epoch FROM sys.checkpoints"));
        Assert.Equal(["true"], await SessionWorld.Rows(session, "SELECT DISTINCT is_ended FROM sys.watermarks WHERE job = 1"));
    }

    [Fact]
    public async Task An_option_that_nobody_knows_is_warned_of()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        string[] said = await SessionWorld.Rows(session, "SET 'parallelism.defalt' = '2'");
        Assert.Equal(["OK", "warning CST3110: Option 'parallelism.defalt' is unknown. Did you mean 'parallelism.default'?"], said);
        Assert.Equal(["tester|CST3110"], await SessionWorld.Rows(session, "SELECT job_id, code FROM sys.errors"));
        Assert.Equal(["OK"], await SessionWorld.Rows(session, "SET 'parallelism.default' = '2'"));
    }

    [Fact]
    public async Task What_a_job_warns_of_stands_in_the_table_once_and_in_the_log()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Numbers);
        await SessionWorld.Rows(session, "CREATE TABLE hole (id BIGINT) WITH ('connector' = 'blackhole')");
        await SessionWorld.Rows(session, "SET 'restart-strategy' = 'fixed-delay'");
        await SessionWorld.Rows(session, "SET 'restart-strategy.fixed-delay.attempts' = '2'");
        await SessionWorld.Rows(session, "SET 'restart-strategy.fixed-delay.delay' = '20 ms'");
        await SessionWorld.Rows(session, "INSERT INTO hole SELECT 1 / (id - 5) FROM numbers");
        await SessionWorld.Until(() => world.Host.Jobs.Running.Count == 0, "the job fails");
        Assert.Equal(
            ["hole|error|1", "hole|warning|2"],
            await SessionWorld.Rows(
                session, "SELECT job_id, severity, COUNT(*) FROM sys.errors GROUP BY job_id, severity ORDER BY severity"));
        string[] begin = ["Job hole: Job failed and starts again", "Job hole: Job failed and starts again", "Job hole failed: sql:1:25: "];
        Assert.Equal(begin.Length, world.Warnings.Count);
        Assert.All(begin.Zip(world.Warnings), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    /// <summary>Breaks when STOP JOB keeps the thread that it came on, in whose turn all other calls of its address may wait.</summary>
    [Fact]
    public async Task A_statement_that_waits_for_a_job_gives_its_thread_back()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        var cancelled = new TaskCompletionSource();
        var held = new RunningJob(
            "held", static () => throw new InvalidOperationException(), () => cancelled.TrySetResult(), static _ => { });
        var job = new ControlledJob(held, 1, "INSERT", 0, isQuery: false, null, new JobSettings(default), world.Node.Stores);
        world.Node.Expose(job, static _ => { });
        try
        {
            Task<Task<string[]>> asked = Task.Factory.StartNew(
                () => SessionWorld.Rows(session, "STOP JOB 'held'"), default, TaskCreationOptions.None, TaskScheduler.Default);
            Task<string[]> stopped = await asked.WaitAsync(SessionWorld.Limit);
            await cancelled.Task.WaitAsync(SessionWorld.Limit);
            Assert.False(stopped.IsCompleted);
            held.End(JobStatus.Cancelled, null);
            Assert.Equal(["held|CANCELLED"], await stopped.WaitAsync(SessionWorld.Limit));
        }
        finally
        {
            held.End(JobStatus.Cancelled, null);
            world.Node.Conceal(job);
        }
    }

    private static async Task<RunningJob> RunAWhileAsync(SessionWorld world, SqlSession session, string name)
    {
        Assert.Equal([name], await SessionWorld.Rows(session, "INSERT INTO t SELECT id FROM numbers"));
        RunningJob job = world.Node.FindRunning(name)!.Job;
        await SessionWorld.Until(() => job.Metrics().Nodes[0].RowsOut > 0, "rows flow");
        return job;
    }
}
