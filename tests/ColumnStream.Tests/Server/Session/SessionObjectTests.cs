using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Session;

/// <summary>
/// Goal: a session shows what it holds, itself and no other, and what it shows can be sent back; ended jobs do not pile up. Method:
/// sessions of one process, and texts that one session shows and runs again.
/// </summary>
public sealed class SessionObjectTests
{
    private const string Numbers = "WITH ('connector' = 'datagen', 'number-of-rows' = '3')";

    [Fact]
    public async Task Temporary_objects_stand_in_information_schema_of_their_own_session_alone()
    {
        await using var world = new SessionWorld();
        SqlSession one = world.Open();
        SqlSession two = world.Open();
        await SessionWorld.Rows(one, $"CREATE TABLE t (a INT) {Numbers}");
        await SessionWorld.Rows(one, $"CREATE TEMPORARY TABLE t (b BIGINT, c STRING) {Numbers}");
        await SessionWorld.Rows(one, "CREATE TEMPORARY VIEW v AS SELECT b FROM t");
        const string Tables = "SELECT table_name, table_type FROM information_schema.tables "
            + "WHERE table_schema = 'default_database' ORDER BY table_name";
        const string Columns = "SELECT table_name, column_name FROM information_schema.columns "
            + "WHERE table_schema = 'default_database' ORDER BY table_name, ordinal_position";
        Assert.Equal(["t|LOCAL TEMPORARY", "v|VIEW"], await SessionWorld.Rows(one, Tables));
        Assert.Equal(["t|b", "t|c", "v|b"], await SessionWorld.Rows(one, Columns));
        Assert.Equal(["t|BASE TABLE"], await SessionWorld.Rows(two, Tables));
        Assert.Equal(["t|a"], await SessionWorld.Rows(two, Columns));
        await SessionWorld.Rows(one, "DROP TEMPORARY VIEW v");
        await SessionWorld.Rows(one, "DROP TEMPORARY TABLE t");
        Assert.Equal(["t|BASE TABLE"], await SessionWorld.Rows(one, Tables));
    }

    [Theory]
    [InlineData(
        "TABLE", "orders", "CREATE TABLE orders (id INT NOT NULL COMMENT 'the key', `odd ``name` STRING, ts TIMESTAMP(3), "
        + "d DECIMAL(20, 3), r ROW<a INT, `b c` ARRAY<STRING NOT NULL>>, m MAP<STRING, INT>, half AS id / 2 COMMENT 'of it', "
        + "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED) COMMENT 'all ''orders''' "
        + "WITH ('connector' = 'filesystem', 'path' = '/tmp/o''x', 'format' = 'json')")]
    [InlineData(
        "TABLE", "parted", "CREATE TABLE parted (a INT, `day` STRING) PARTITIONED BY (`day`) WITH ('connector' = 'filesystem', "
        + "'path' = '/tmp/p', 'format' = 'csv')")]
    [InlineData("TABLE", "brief", "CREATE TEMPORARY TABLE brief (a INT) " + Numbers)]
    [InlineData(
        "VIEW", "doubled", "CREATE VIEW doubled (`an id`, twice) COMMENT 'v' AS SELECT a, a * 2 FROM (VALUES (1), (2)) AS t (a) "
        + "WHERE a <> 3 AND 'it''s' LIKE '%''%'")]
    [InlineData("VIEW", "passing", "CREATE TEMPORARY VIEW passing AS SELECT 1 AS a")]
    [InlineData("CATALOG", "other", "CREATE CATALOG other COMMENT 'it''s another' WITH ('type' = 'generic_in_memory')")]
    public async Task What_show_create_shows_makes_the_same_again(string kind, string name, string text)
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, "CREATE DATABASE `my shop` COMMENT 'it''s mine'");
        await SessionWorld.Rows(session, "USE `my shop`");
        await SessionWorld.Rows(session, text);
        (string shown, string described) = await ShowAsync(session, kind, name);
        string temporary = text.Contains("TEMPORARY", StringComparison.Ordinal) ? "TEMPORARY " : string.Empty;
        Assert.Equal(temporary.Length > 0, shown.Contains("TEMPORARY", StringComparison.Ordinal));
        await SessionWorld.Rows(session, $"DROP {temporary}{kind} {name}");
        await SessionWorld.Rows(session, shown);
        Assert.Equal((shown, described), await ShowAsync(session, kind, name));
    }

    [Fact]
    public async Task Explain_upgrade_tells_what_a_job_keeps_and_looks_at_no_place_of_others()
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-session-").FullName;
        try
        {
            await using var world = new SessionWorld(folder);
            SqlSession session = world.Open(Role.Developer, "dan");
            await SessionWorld.Rows(session, $"CREATE TABLE numbers (id BIGINT, v INT) {Numbers}");
            await SessionWorld.Rows(session, "CREATE TABLE hole (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole')");
            const string Insert = "INSERT INTO hole SELECT id, COUNT(*) FROM numbers GROUP BY id;";
            string[] rows = await SessionWorld.Rows(session, $"EXPLAIN UPGRADE '{Insert}' TO '{Insert}'");
            Assert.Contains("|allowed|", rows[0], StringComparison.Ordinal);
            Assert.Contains(rows, static row => row.Contains("|keep|", StringComparison.Ordinal));
            rows = await SessionWorld.Rows(
                session, $"EXPLAIN UPGRADE '{Insert}' TO 'INSERT INTO hole SELECT v, COUNT(*) FROM numbers GROUP BY v;'");
            Assert.Contains("|refused|", rows[0], StringComparison.Ordinal);

            // Definitions among the statements leave no trace; what is neither job nor statement is refused.
            rows = await SessionWorld.Rows(
                session,
                $"EXPLAIN UPGRADE '{Insert}' TO 'CREATE TABLE extra (k BIGINT, n BIGINT) WITH (''connector'' = ''blackhole''); "
                + "INSERT INTO extra SELECT id, COUNT(*) FROM numbers GROUP BY id;'");
            Assert.NotEmpty(rows);
            Assert.Equal(2001, await SessionWorld.Refused(session, "SELECT * FROM extra"));
            Assert.Equal(3150, await SessionWorld.Refused(session, $"EXPLAIN UPGRADE 'nobody' TO '{Insert}'"));
            Assert.Equal(3150, await SessionWorld.Refused(session, $"EXPLAIN UPGRADE '..' TO '{Insert}'"));
            Assert.Equal(3160, await SessionWorld.Refused(session, $"EXPLAIN UPGRADE '/etc' TO '{Insert}'"));
            Assert.Equal(1, await SessionWorld.Refused(session, $"EXPLAIN UPGRADE '{Insert}' TO 'INSRT;'") / 1000);
            SqlSession viewer = world.Open(Role.Viewer, "eve");
            Assert.Equal(3160, await SessionWorld.Refused(viewer, $"EXPLAIN UPGRADE '{Insert}' TO '{Insert}'"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Ended_jobs_are_forgotten_by_number_and_age_and_their_names_are_free_again()
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-jobs-").FullName;
        try
        {
            var time = new MovedTime();
            var store = new LocalObjectStore(folder);
            var jobs = new JobStore(store, most: 3, TimeSpan.FromDays(1), time);
            foreach (int i in Enumerable.Range(1, 5))
            {
                Assert.True(jobs.TryClaim($"j{i}"));
                jobs.Put(new JobRecord($"j{i}", "ann", "INSERT", "c", "d", 0));
                time.Now += TimeSpan.FromMinutes(1);
                if (i != 2)
                {
                    jobs.End($"j{i}", "FINISHED", null);
                }
            }

            Assert.Equal(["j2", "j3", "j4", "j5"], Names(store));
            Assert.False(jobs.TryClaim("j3"));
            Assert.True(jobs.TryClaim("j1"));

            // The next process knows what ended when, and drops what a process left half forgotten: a name alone.
            jobs = new JobStore(store, most: 2, TimeSpan.FromDays(1), time);
            Assert.Equal(["j2"], jobs.Unfinished(static (_, failure) => throw failure).Select(static job => job.Name));
            Assert.Equal(["j2", "j4", "j5"], Names(store));
            time.Now += TimeSpan.FromDays(2);
            jobs.End("j2", "CANCELLED", null);
            Assert.Equal(["j2"], Names(store));
            Assert.Equal("CANCELLED", jobs.Find("j2")!.Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Breaks when what is recorded behind a start makes a job run again that has ended meanwhile.</summary>
    [Fact]
    public void The_record_of_a_job_that_ended_stays_as_it_is()
    {
        var jobs = new JobStore(new MemoryObjectStore(TimeProvider.System), most: 3, TimeSpan.FromDays(1), TimeProvider.System);
        Assert.True(jobs.TryClaim("j"));
        jobs.Put(new JobRecord("j", "ann", "INSERT", "c", "d", 0) { RestoreFrom = "/savepoint" });
        jobs.Change("j", static record => record with { RestoreFrom = "/other" });
        Assert.Equal("/other", jobs.Find("j")!.RestoreFrom);
        jobs.End("j", "FINISHED", null);
        jobs.Change("j", static record => record with { RestoreFrom = null });
        jobs.End("j", "FAILED", "late");
        JobRecord newest = jobs.Find("j")!;
        Assert.Equal(("FINISHED", "/other", null), (newest.Status, newest.RestoreFrom, newest.Failure));
        Assert.Empty(jobs.Unfinished(static (_, failure) => throw failure));
    }

    private static async Task<(string Shown, string Described)> ShowAsync(SqlSession session, string kind, string name) => (
        (await SessionWorld.Rows(session, $"SHOW CREATE {kind} {name}")).Single(),
        kind == "CATALOG" ? string.Empty : string.Join('\n', await SessionWorld.Rows(session, $"DESCRIBE {name}")));

    private static string[] Names(LocalObjectStore store) =>
        [.. store.List("jobs/").Select(static name => name.Split('/')[1]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Is a clock that a test sets.</summary>
    private sealed class MovedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
