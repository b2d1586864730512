using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>State that memory has no room for: who fails, and that the leg over all files really uses the disk.</summary>
public sealed class SpillTests
{
    private const string Groups = """
        CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence',
            'fields.a.start' = '0', 'fields.a.end' = '99999', 'rows-per-second' = '100000000');
        CREATE TABLE o (a BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO o SELECT a, COUNT(*) FROM t GROUP BY a;
        """;

    /// <summary>100,000 groups take 5 MB and a batch of 4,096 brings back as many buckets: 2 MB hold neither.</summary>
    [Fact]
    public void A_job_that_does_not_fit_fails_alone()
    {
        using var session = new TestSession(SltLeg.All[0]);
        PlannedJob job = session.Plan(Groups).Statements.OfType<PlannedJob>().Single();
        TestJob large = session.Start(job, "large", memoryLimitBytes: 2 << 20);
        TestJob other = session.Start(job, "other");
        Assert.True(large.Wait(60_000));
        Assert.True(other.Wait(60_000));
        Assert.Equal(JobStatus.Finished, other.Status);
        Assert.Equal(JobStatus.Failed, large.Status);
        var failure = Assert.IsType<ResourceException>(large.Failure);
        Assert.Equal(6001, failure.Code);
        Assert.Contains("memory.limit", failure.Message, System.StringComparison.Ordinal);
    }

    /// <summary>Operators are asked what is large when one of them could not even be opened; that ended the process.</summary>
    [Theory]
    [InlineData("SELECT COUNT(*) FROM t JOIN t AS u ON t.a = u.a")]
    [InlineData("SELECT COUNT(*) FROM t LEFT JOIN t AS u ON t.a > u.a")]
    [InlineData("SELECT COUNT(*) FROM (SELECT a, ROW_NUMBER() OVER (PARTITION BY a % 10 ORDER BY a) AS r FROM t) WHERE r < 3")]
    [InlineData("SELECT a FROM t ORDER BY a LIMIT 3")]
    [InlineData("SELECT a, SUM(a) OVER (PARTITION BY a % 3 ORDER BY a) FROM t")]
    [InlineData("SELECT a % 7, COUNT(DISTINCT a) FROM t GROUP BY a % 7")]
    public void A_job_that_has_no_room_to_open_fails_alone(string sql)
    {
        using var session = new TestSession(SltLeg.All[0]);
        const string Values = "CREATE VIEW t AS SELECT * FROM (VALUES (1), (2), (3), (4), (5)) AS v(a); ";
        PlannedJob job = session.Plan(Values + sql).Statements.OfType<PlannedJob>().Single();
        int failed = 0;
        for (int limitBytes = 1; limitBytes < 4 << 20; limitBytes *= 2)
        {
            TestJob running = session.Start(job, "small", memoryLimitBytes: limitBytes);
            Assert.True(running.Wait(60_000));
            if (running.Status != JobStatus.Finished)
            {
                Assert.Equal(6001, Assert.IsType<ResourceException>(running.Failure).Code);
                failed++;
            }
        }

        Assert.InRange(failed, 1, 22);
    }

    /// <summary>What was never used again stays on disk, so it is counted there to the end.</summary>
    [Fact]
    public void The_leg_spill_puts_state_on_disk()
    {
        using var session = new TestSession(SltLeg.All.Single(leg => leg.Name == "spill"));
        TestJob job = session.Start(session.Plan(Groups).Statements.OfType<PlannedJob>().Single());
        Assert.True(job.Wait(60_000));
        Assert.Equal(JobStatus.Finished, job.Status);
        NodeMetrics largest = job.Metrics.Nodes.MaxBy(node => node.StateRows)!;
        Assert.Equal(100_000, largest.StateRows);
        Assert.True(largest.StateSpilledBytes > 3 << 20, $"{largest.StateSpilledBytes} bytes on disk.");
    }
}
