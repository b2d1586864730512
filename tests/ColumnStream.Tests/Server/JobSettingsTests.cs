using System;
using System.Linq;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Session;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Tests.Server;

/// <summary>Options of checkpoints reach the runtime; what each does there is tested in virtual time (CheckpointingOptionTests).</summary>
public sealed class JobSettingsTests
{
    [Fact]
    public void What_is_set_for_checkpoints_is_what_the_runtime_gets()
    {
        Assert.Equal(
            new CheckpointOptions
            {
                IsExactlyOnce = false, MinPause = TimeSpan.FromMilliseconds(1234), Retained = 7, IsIncremental = false,
                AfterTasksFinish = false, DeletesOnCancellation = true,
            },
            Options("""
                SET 'execution.checkpointing.mode' = 'AT_LEAST_ONCE';
                SET 'execution.checkpointing.min-pause' = '1234 ms';
                SET 'state.checkpoints.num-retained' = '7';
                SET 'execution.checkpointing.incremental' = 'false';
                SET 'execution.checkpointing.checkpoints-after-tasks-finish.enabled' = 'false';
                SET 'execution.checkpointing.externalized-checkpoint-retention' = 'DELETE_ON_CANCELLATION';
                """).Checkpointing);
        Assert.Equal(new CheckpointOptions(), Options("").Checkpointing);
        Assert.Equal(9, Options("SET 'execution.checkpointing.tolerable-failed-checkpoints' = '9';").TolerableFailedCheckpoints);
        Assert.Equal(
            TimeSpan.FromSeconds(77), Options("SET 'execution.checkpointing.timeout' = '77 s';").CheckpointTimeout);
    }

    [Fact]
    public void Where_state_may_count_rows_twice_no_sink_is_called_exactly_once()
    {
        string plain = Explain("");
        string again = Explain("SET 'execution.checkpointing.mode' = 'AT_LEAST_ONCE';");
        Assert.Contains("s: exactly once", plain, StringComparison.Ordinal);
        Assert.Contains("s: at least once by execution.checkpointing.mode", again, StringComparison.Ordinal);
        Assert.DoesNotContain("exactly once", again, StringComparison.Ordinal);
    }

    private const string Tables = """
        CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
        CREATE TABLE s (a INT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');
        """;

    private static JobOptions Options(string settings)
    {
        using var session = new TestSession(SltLeg.All[0]);
        var job = (PlannedJob)session.Plan(settings + Tables + "INSERT INTO s SELECT a FROM t").Statements[^1];
        return new JobSettings(job.Settings).ToJobOptions(job, "x.sql", 0, "none", stores: null!, static _ => { });
    }

    private static string Explain(string settings)
    {
        using var session = new TestSession(SltLeg.All[0]);
        PlannedStatement statement = session.Plan(settings + Tables + "EXPLAIN INSERT INTO s SELECT a FROM t").Statements[^1];
        return string.Join('\n', ((PlannedListing)statement).Rows.SelectMany(static row => row));
    }
}
