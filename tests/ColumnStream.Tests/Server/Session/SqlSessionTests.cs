using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Results;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Session;

/// <summary>What SQL means over a session. Goal: each kind of statement gives what its client waits for; method: real jobs in this process.</summary>
public sealed class SqlSessionTests
{
    private const string Endless =
        "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.min' = '0', 'fields.id.max' = '1000000', "
        + "'rows-per-second' = '1000000000')";

    private const string Long =
        "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', "
        + "'fields.id.end' = '9000000000000', 'rows-per-second' = '1000000000')";

    [Fact]
    public async Task A_query_without_a_table_answers_and_ends()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        Assert.Equal(["1"], await SessionWorld.Rows(session, "SELECT 1"));
        Assert.Equal(["a|null"], await SessionWorld.Rows(session, "SELECT 'a', CAST(NULL AS INT);"));
    }

    [Fact]
    public async Task A_bounded_query_gives_final_rows_in_order_and_its_changes_only_when_asked()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, "CREATE VIEW v AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a')) AS t (n, k)");
        Assert.Equal(["b|2", "a|4"], await SessionWorld.Rows(session, "SELECT k, SUM(n) FROM v GROUP BY k ORDER BY k DESC"));

        // Nothing to add up is one row of a query that ends, as everywhere in SQL.
        Assert.Equal(["0"], await SessionWorld.Rows(session, "SELECT COUNT(*) FROM v WHERE n > 5"));
        await SessionWorld.Rows(session, "SET 'sql-client.execution.result-mode' = 'CHANGELOG'");
        string[] changes = await SessionWorld.Rows(session, "SELECT k, SUM(n) AS s FROM v GROUP BY k");
        Assert.Contains("+I|a|1", changes);
        Assert.Equal("+U|a|4", changes[^1]);
    }

    [Fact]
    public async Task An_unbounded_query_streams_until_it_is_left_and_its_job_ends_then()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Endless);
        StatementResult result = await session.ExecuteAsync("SELECT id FROM endless WHERE id % 2 = 1", default);
        Assert.True(result.IsUnbounded);
        Assert.All(await SessionWorld.Rows(result, 3), static row => Assert.Equal(1, long.Parse(row, CultureInfo.InvariantCulture) % 2));
        RunningJob job = ((QueryRun)result).Job;
        Assert.Equal(JobStatus.Running, job.Status);
        await result.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Assert.Equal(JobStatus.Cancelled, job.Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_limit_that_is_reached_ends_its_inputs_and_no_others(int parallelism)
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Long);
        await SessionWorld.Rows(session, $"SET 'parallelism.default' = '{parallelism}'");
        Assert.Empty(await SessionWorld.Rows(session, "SELECT id FROM endless LIMIT 0"));
        Assert.Equal(3, (await SessionWorld.Rows(session, "SELECT id FROM endless LIMIT 3 OFFSET 4")).Distinct().Count());
        Assert.Equal(7, (await SessionWorld.Rows(
            session, "(SELECT id FROM endless WHERE id % 2 = 0 LIMIT 2) UNION ALL (SELECT -id FROM endless LIMIT 5)")).Length);
        Assert.Equal(5000, (await SessionWorld.Rows(
            session, "SELECT a.id FROM (SELECT id FROM endless LIMIT 5000) a JOIN (SELECT id FROM endless LIMIT 5000) b ON a.id = b.id")).Length);
        string[] jobs = await SessionWorld.Rows(session, "SHOW JOBS");
        Assert.All(jobs, static job => Assert.Contains("|FINISHED|", job, StringComparison.Ordinal));

        // Another sink still wants what the limited one does not.
        foreach (string name in (string[])["few", "many"])
        {
            await SessionWorld.Rows(
                session,
                $"CREATE TABLE {name} (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{Path.Combine(world.Folder, name)}', 'format' = 'csv')");
        }

        await SessionWorld.Rows(session, "SET 'table.dml-sync' = 'true'");
        await SessionWorld.Rows(
            session,
            "EXECUTE STATEMENT SET BEGIN INSERT INTO few SELECT id FROM endless /*+ OPTIONS('number-of-rows' = '50000') */ LIMIT 3; "
            + "INSERT INTO many SELECT id FROM endless /*+ OPTIONS('number-of-rows' = '50000') */; END");
        Assert.Equal(["3"], await SessionWorld.Rows(session, "SELECT COUNT(*) FROM few"));
        Assert.Equal(["50000"], await SessionWorld.Rows(session, "SELECT COUNT(*) FROM many"));
    }

    /// <summary>Would go on growing if the full queue did not reach the source.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_client_that_does_not_read_stops_the_source(int parallelism)
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Long);
        await SessionWorld.Rows(session, $"SET 'parallelism.default' = '{parallelism}'");
        await using StatementResult result = await session.ExecuteAsync("SELECT id, id % 7 AS k FROM endless", default);
        RunningJob job = ((QueryRun)result).Job;
        long last = -1;
        await SessionWorld.Until(
            () =>
            {
                Thread.Sleep(50);
                long read = job.Metrics().Nodes[0].RowsOut;
                bool isStill = read == last && read > 0 && job.Metrics().Nodes.Max(static node => node.HeldNs) > 0;
                last = read;
                return isStill;
            },
            "the source stands still, and back-pressure is told of");
        Assert.InRange(last, 1, 4096L * BatchQueue.MostBatches * 8);
        int before = (int)last;
        string[] rows = await SessionWorld.Rows(result, before + 4096);
        Assert.True(rows.Length > before);
        Assert.Equal(rows.Length, rows.Distinct().Count());
    }

    [Fact]
    public async Task A_query_that_multiplies_rows_is_cancelled_in_the_middle_of_a_chunk()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Endless);
        await SessionWorld.Rows(session, "CREATE VIEW many AS SELECT id FROM endless /*+ OPTIONS('number-of-rows' = '20000') */");
        await SessionWorld.Rows(session, "SET 'execution.runtime-mode' = 'streaming'");
        StatementResult result = await session.ExecuteAsync(
            "SELECT a.id FROM many a CROSS JOIN many b CROSS JOIN many c WHERE a.id + b.id + c.id < 0", default);
        RunningJob job = ((QueryRun)result).Job;
        await SessionWorld.Until(() => job.Metrics().Nodes.Sum(static n => n.RowsIn) > 100_000 || job.HasEnded, "it works");
        await result.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Assert.Equal(JobStatus.Cancelled, job.Status);
    }

    [Fact]
    public async Task Rows_that_change_without_end_are_refused_with_the_next_step_and_stream_as_changes()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Endless);
        const string Query = "SELECT id % 2 AS k, COUNT(*) AS n FROM endless GROUP BY id % 2";
        UserException refused = await Assert.ThrowsAsync<UserException>(() => SessionWorld.Rows(session, Query));
        Assert.Equal(3010, refused.Code);
        Assert.Contains("'sql-client.execution.result-mode' = 'CHANGELOG'", refused.Message);
        await SessionWorld.Rows(session, "SET 'sql-client.execution.result-mode' = 'CHANGELOG'");
        await using StatementResult result = await session.ExecuteAsync(Query, default);
        Assert.Equal("op", result.Schema.Fields[0].Name);
        string[] rows = await SessionWorld.Rows(result, 10);
        Assert.Contains(rows, static row => row.StartsWith("+U|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_insert_gives_its_job_and_waits_by_option()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        string path = Path.Combine(world.Folder, "out");
        await SessionWorld.Rows(
            session, $"CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv')");
        Assert.Equal(["t"], await SessionWorld.Rows(session, "INSERT INTO t VALUES (1, 'x')"));
        await SessionWorld.Until(() => world.Host.Jobs.Running.Count == 0, "the job ends");
        Assert.Equal(2, await SessionWorld.Update(session, "INSERT INTO t VALUES (2, 'y'), (3, 'z')"));
        await SessionWorld.Rows(session, "SET 'table.dml-sync' = 'true'");
        Assert.Equal(["t-3"], await SessionWorld.Rows(session, "INSERT INTO t VALUES (4, 'u')"));
        Assert.Equal(["1", "2", "3", "4"], await SessionWorld.Rows(session, "SELECT a FROM t ORDER BY a"));
        string[] jobs = await SessionWorld.Rows(session, "SHOW JOBS");
        Assert.Equal(3, jobs.Count(static row => row.StartsWith('t') && row.Contains("|FINISHED|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_job_is_seen_measured_and_cancelled()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        await SessionWorld.Rows(session, Endless.Replace("1000000000'", "2000'", StringComparison.Ordinal));
        await SessionWorld.Rows(session, "CREATE TABLE hole (id BIGINT) WITH ('connector' = 'blackhole')");
        Assert.Equal(["hole"], await SessionWorld.Rows(session, "INSERT INTO hole SELECT id FROM endless"));
        await SessionWorld.Until(
            () => world.Node.FindRunning("hole")?.Job.Metrics().Nodes[0].RowsOut > 0, "rows flow");
        Assert.Contains(await SessionWorld.Rows(session, "SHOW JOBS"), static row => row.Contains("|RUNNING|", StringComparison.Ordinal));
        string[] analysis = await SessionWorld.Rows(session, "EXPLAIN ANALYZE JOB 'hole'");
        Assert.Contains(analysis, static row => row.Contains("datagen", StringComparison.Ordinal) || row.Contains("endless", StringComparison.Ordinal));
        Assert.Equal(3140, await SessionWorld.Refused(session, "EXPLAIN ANALYZE JOB 'nobody'"));
        Assert.Equal(["hole|CANCELLED"], await SessionWorld.Rows(session, "CANCEL JOB 'hole'"));
        Assert.Equal(3140, await SessionWorld.Refused(session, "STOP JOB 'hole'"));
    }

    [Fact]
    public async Task Sessions_share_tables_and_nothing_else()
    {
        await using var world = new SessionWorld();
        SqlSession one = world.Open();
        SqlSession two = world.Open();
        await SessionWorld.Rows(one, "CREATE DATABASE mine");
        await SessionWorld.Rows(one, "USE mine");
        await SessionWorld.Rows(one, "CREATE VIEW seen AS SELECT 1 AS a");
        await SessionWorld.Rows(one, "CREATE VIEW over_seen AS SELECT a + 1 AS b FROM seen");
        await SessionWorld.Rows(one, "CREATE TEMPORARY VIEW hidden AS SELECT 2 AS a");
        await SessionWorld.Rows(one, "SET 'parallelism.default' = '2'");
        Assert.Equal("default_database", two.CurrentDatabase);
        Assert.Equal(["1"], await SessionWorld.Rows(two, "SELECT a FROM mine.seen"));

        // A view means what it meant where it was made.
        Assert.Equal(["2"], await SessionWorld.Rows(two, "SELECT b FROM mine.over_seen"));
        Assert.Equal(2001, await SessionWorld.Refused(two, "SELECT a FROM mine.hidden"));
        Assert.DoesNotContain(two.Settings, static s => s.Key == "parallelism.default" && s.Value == "2");
        await SessionWorld.Rows(two, "DROP DATABASE mine CASCADE");
        Assert.Equal("default_database", one.CurrentDatabase);
        Assert.Equal(2025, await SessionWorld.Refused(one, "SELECT a FROM mine.seen"));
    }

    [Fact]
    public async Task Many_sessions_that_define_at_once_lose_nothing()
    {
        await using var world = new SessionWorld();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await Task.Yield();
            SqlSession session = world.Open();
            for (int j = 0; j < 5; j++)
            {
                await SessionWorld.Rows(session, $"CREATE VIEW v{i}_{j} AS SELECT {i} AS a");
            }
        }));
        Assert.Equal(40, (await SessionWorld.Rows(world.Open(), "SHOW VIEWS")).Length);
    }

    [Fact]
    public async Task Definitions_outlive_the_process_and_secrets_stand_nowhere_in_clear()
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-session-").FullName;
        try
        {
            await using (var world = new SessionWorld(folder))
            {
                SqlSession session = world.Open();
                await SessionWorld.Rows(session, "CREATE DATABASE shop COMMENT 'the shop'");
                await SessionWorld.Rows(
                    session,
                    "CREATE TABLE shop.orders (id INT, ts TIMESTAMP(3), half AS id / 2, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, "
                    + "PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://h/d', 'table-name' = 'o', "
                    + "'username' = 'u', 'password' = 'CANARY-''quoted')");
                await SessionWorld.Rows(session, "USE shop");
                await SessionWorld.Rows(session, "CREATE TABLE numbers (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '2')");
                await SessionWorld.Rows(session, "CREATE VIEW doubled (d) AS SELECT id * 2 FROM numbers");
                await SessionWorld.Rows(session, "CREATE VIEW gone AS SELECT 1 AS a");
                await SessionWorld.Rows(session, "DROP VIEW gone");
            }

            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                Assert.DoesNotContain("CANARY", await File.ReadAllTextAsync(file));
            }

            await using (var world = new SessionWorld(folder))
            {
                SqlSession session = world.Open();
                Assert.Empty(world.Warnings);
                string[] shown = await SessionWorld.Rows(session, "SHOW CREATE TABLE shop.orders");
                Assert.Contains("WATERMARK FOR `ts`", shown[0].Replace("FOR ts", "FOR `ts`", StringComparison.Ordinal));
                Assert.DoesNotContain("CANARY", shown[0]);
                Assert.Equal(["doubled", "numbers", "orders"], await SessionWorld.Rows(session, "SHOW TABLES FROM shop"));
                var table = (CatalogTable)session.Read(p => p.Catalog.Find(
                    new ObjectName("default_catalog", "shop", "orders")))!;
                Assert.Equal("CANARY-'quoted", table.Options.Single(static o => o.Key == "password").Value);
                Assert.Equal(
                    ["id|INT|NO", "ts|TIMESTAMP(3)|YES", "half|INT|YES"],
                    await SessionWorld.Rows(
                        session,
                        "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'orders' "
                        + "ORDER BY ordinal_position"));
                Assert.Equal(
                    ["doubled|VIEW", "numbers|BASE TABLE", "orders|BASE TABLE"],
                    await SessionWorld.Rows(
                        session,
                        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY table_name"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_damaged_catalog_is_named_and_not_read()
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-session-").FullName;
        try
        {
            await using (var world = new SessionWorld(folder))
            {
                await SessionWorld.Rows(world.Open(), "CREATE VIEW v AS SELECT 1 AS a");
            }

            string file = Directory.EnumerateFiles(Path.Combine(folder, "store", "catalog")).Single();
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes[bytes.Length / 2] ^= 1;
            File.Delete(file);
            await File.WriteAllBytesAsync(file, bytes);
            ExternalException damaged = Assert.Throws<ExternalException>(() => new SessionWorld(folder));
            Assert.Equal(5061, damaged.Code);
            Assert.Contains("catalog/000000000001.json", damaged.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Roles_are_checked_before_anything_happens()
    {
        await using var world = new SessionWorld();
        SqlSession admin = world.Open();
        await SessionWorld.Rows(admin, "CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '3')");
        await SessionWorld.Rows(admin, "CREATE TABLE hole (a BIGINT) WITH ('connector' = 'blackhole')");
        SqlSession viewer = world.Open(Role.Viewer, "eve");
        Assert.Equal(3, (await SessionWorld.Rows(viewer, "SELECT a FROM t")).Length);
        Assert.Equal(3160, await SessionWorld.Refused(viewer, "SELECT a FROM t /*+ OPTIONS('number-of-rows' = '9') */"));
        Assert.Equal(3160, await SessionWorld.Refused(viewer, "CREATE TABLE u (a INT) WITH ('connector' = 'datagen')"));
        Assert.Equal(3160, await SessionWorld.Refused(viewer, "DROP TABLE t"));
        Assert.Equal(3160, await SessionWorld.Refused(viewer, "INSERT INTO hole SELECT a FROM t"));
        Assert.Equal(3160, await SessionWorld.Refused(viewer, "SET 'execution.checkpointing.dir' = '/tmp/elsewhere'"));
        Assert.Equal(3, (await SessionWorld.Rows(viewer, "SELECT a FROM t")).Length);
        SqlSession developer = world.Open(Role.Developer, "dan");
        await SessionWorld.Rows(developer, "CREATE TABLE endless (a BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5')");
        await SessionWorld.Rows(developer, "INSERT INTO hole SELECT a FROM endless");
        Assert.Equal(3160, await SessionWorld.Refused(world.Open(Role.Developer, "mallory"), "STOP JOB 'hole'"));
        Assert.Equal(["hole|CANCELLED"], await SessionWorld.Rows(world.Open(Role.Operator, "olga"), "CANCEL JOB 'hole'"));
    }

    [Fact]
    public void Every_kind_of_statement_that_a_developer_needs_has_a_role_and_the_rest_is_for_administrators()
    {
        Type[] kinds =
        [
            .. typeof(ColumnStream.Sql.Ast.Statements.Statement).Assembly.GetTypes()
                .Where(t => t.IsSubclassOf(typeof(ColumnStream.Sql.Ast.Statements.Statement)) && !t.IsAbstract),
        ];
        string[] forAdministrators = [.. kinds.Where(t => AccessRules.RoleFor(t) == Role.Admin).Select(t => t.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "AnalyzeTableStatement", "CallStatement", "CompilePlanStatement", "CreateConnectionStatement", "CreateFunctionStatement",
                "CreateMaterializedTableStatement", "CreateModelStatement", "DeleteStatement", "ExecutePlanStatement",
                "JarStatement", "LoadModuleStatement", "TruncateStatement", "UnloadModuleStatement",
                "UpdateStatement", "UseModulesStatement",
            ],
            forAdministrators);
    }

    [Fact]
    public async Task Text_that_is_not_one_statement_is_refused()
    {
        await using var world = new SessionWorld();
        SqlSession session = world.Open();
        Assert.Equal(3163, await SessionWorld.Refused(session, " ; "));
        Assert.Equal(3163, await SessionWorld.Refused(session, "SELECT 1; SELECT 2"));
        UserException wrong = await Assert.ThrowsAsync<UserException>(() => SessionWorld.Rows(session, "SELECT nothing FROM nowhere"));
        Assert.Equal(2001, wrong.Code);
        Assert.Contains("sql:1:21", wrong.Message);
        Assert.Equal(3164, await SessionWorld.Refused(session, "SELECT ?"));
    }
}
