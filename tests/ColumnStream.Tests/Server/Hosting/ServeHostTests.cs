using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Server.Security;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>Goal: what a client sees of sessions, users and errors; method: the whole server over a connection on loopback.</summary>
public sealed class ServeHostTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-serve-").FullName;
    private ServeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = new ServeHost(
            new ServeOptions(_folder, new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default)
            {
                Health = new IPEndPoint(IPAddress.Loopback, 0),
            },
            TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_client_defines_writes_reads_and_lists()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        Assert.Equal(["1"], await client.Rows("SELECT 1"));
        string path = Path.Combine(_folder, ServeHost.FilesFolder, "t");
        Assert.Equal(0, await client.Sql.UpdateAsync(
            "CREATE TABLE t (a INT, b STRING, d DECIMAL(10, 2)) WITH ('connector' = 'filesystem', "
            + $"'path' = '{path}', 'format' = 'csv')",
            ServeClient.Limit));
        Assert.Equal(2, await client.Sql.UpdateAsync("INSERT INTO t VALUES (1, 'x', 1.5), (2, 'y', 20.25)", ServeClient.Limit));
        FlightInfo info = await client.Sql.QueryAsync("SELECT a, b, d FROM t ORDER BY a", ServeClient.Limit);
        Assert.Equal(["1|x|1.50", "2|y|20.25"], await client.Rows(info));
        Assert.Equal(DataType.Utf8, info.DecodeSchema()!.Fields[1].Type);
        Assert.Equal(DataType.Decimal128(10, 2), info.DecodeSchema()!.Fields[2].Type);
        Assert.Contains(
            await client.Rows(await client.Sql.TablesAsync(null, null, "t", [], columns: false, ServeClient.Limit)),
            static row => row.Contains("|t|TABLE", StringComparison.Ordinal));
    }

    /// <summary>The question itself lies in blocks of the network, and its plan on the heap.</summary>
    [Fact]
    public async Task Memory_is_listed_by_who_holds_it()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        Assert.Equal(
            ["heap|true|true", "network|true|null", "process|true|null"],
            await client.Rows("SELECT account, CASE WHEN account = 'process' THEN used >= 0 ELSE used > 0 END, "
                + "`limit` > used FROM sys.memory ORDER BY account"));
    }

    [Fact]
    public async Task Parameters_have_types_and_many_rows_are_one_job()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        string path = Path.Combine(_folder, ServeHost.FilesFolder, "p");
        await client.Sql.UpdateAsync(
            $"CREATE TABLE p (a BIGINT, b STRING) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv')",
            ServeClient.Limit);
        FlightSqlPrepared insert = await client.Sql.PrepareAsync("INSERT INTO p VALUES (?, ?)", ServeClient.Limit);
        Assert.Equal([DataType.Int64, DataType.Utf8], insert.ParameterSchema!.Fields.Select(static f => f.Type));
        Assert.Empty(insert.ResultSchema?.Fields ?? default);
        RecordBatch rows = Batch(client, [.. Enumerable.Range(0, 2000).Select(static i => (long)i)]);
        Assert.Equal(2000, await client.Sql.UpdatePreparedAsync(insert.Handle, rows, ServeClient.Limit));
        rows.Release();
        Assert.Equal(["p"], (await client.Rows("SELECT job_id FROM sys.jobs WHERE statement LIKE 'INSERT%'")).Distinct());
        FlightSqlPrepared query = await client.Sql.PrepareAsync(
            "SELECT COUNT(*), MAX(b) FROM p WHERE a >= ? AND b LIKE ?", ServeClient.Limit);
        Assert.Equal([DataType.Int64, DataType.Utf8], query.ParameterSchema!.Fields.Select(static f => f.Type));
        RecordBatch values = Batch(client, [1990], static _ => "text 199%");
        ReadOnlyMemory<byte> bound = await client.Sql.BindAsync(query.Handle, values, ServeClient.Limit);
        values.Release();
        Assert.Equal(["10|text 1999"], await client.Rows(await client.Sql.QueryPreparedAsync(bound, ServeClient.Limit)));
    }

    [Fact]
    public async Task Bulk_rows_are_appended_and_a_table_is_made_only_where_it_can_be()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        var target = new SqlIngest("bulk") { CreateIfMissing = true, IfExists = SqlIngestMode.Append };
        GrpcStatus refused = await client.Refused(() => Ingest(client, target, 1));
        Assert.Equal("CST3112", refused.Info!.Reason);
        target = target with
        {
            Options = new Dictionary<string, string>
            {
                ["connector"] = "filesystem", ["path"] = Path.Combine(_folder, ServeHost.FilesFolder, "bulk"), ["format"] = "csv",
            },
        };
        Assert.Equal(30_000, await Ingest(client, target, 30));
        Assert.Equal(2_000, await Ingest(client, target, 2));
        Assert.Equal(["32000|text 999"], await client.Rows("SELECT COUNT(*), MAX(b) FROM bulk"));
        refused = await client.Refused(() => Ingest(client, target with { IfExists = SqlIngestMode.Fail }, 1));
        Assert.Equal(GrpcStatusCode.AlreadyExists, refused.Code);
    }

    [Fact]
    public async Task Errors_carry_code_sqlstate_and_place()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        GrpcStatus status = await client.Refused(() => client.Rows("SELECT a FROM nowhere"));
        Assert.Equal(GrpcStatusCode.NotFound, status.Code);
        Assert.Equal("CST2001", status.Info!.Reason);
        Assert.Equal("42S02", status.Info.Metadata["sqlstate"]);
        Assert.Contains("sql:1:15", status.Message);
        Assert.Equal(GrpcStatusCode.InvalidArgument, (await client.Refused(() => client.Rows("SELECT CAST('x' AS INT)"))).Code);
    }

    [Fact]
    public async Task Users_are_known_by_password_and_token_and_roles_hold()
    {
        using ServeClient nobody = Client();
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await nobody.Refused(() => nobody.Rows("SELECT 1"))).Code);
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await nobody.Refused(() => nobody.LogInAsync("ann", "wrong"))).Code);
        _host.Accounts.Change("ann", static user => user with { Password = PasswordHash.Of("correct horse"), Role = "viewer" });
        using ServeClient ann = Client();
        await ann.LogInAsync("ann", "correct horse");
        Assert.Equal(["1"], await ann.Rows("SELECT 1"));
        GrpcStatus refused = await ann.Refused(() => ann.Sql.UpdateAsync(
            "CREATE TABLE t (a INT) WITH ('connector' = 'datagen')", ServeClient.Limit));
        Assert.Equal(GrpcStatusCode.PermissionDenied, refused.Code);
        Assert.Equal("42501", refused.Info!.Metadata["sqlstate"]);

        // What an administrator takes away is gone for open sessions too.
        _host.Accounts.Change("ann", static user => user with { IsRemoved = true, Password = null });
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await ann.Refused(() => ann.Rows("SELECT 1"))).Code);
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_its_job()
    {
        using ServeClient client = await Client().SignInAsync(_host.FirstToken!);
        await client.Sql.UpdateAsync(
            "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000')", ServeClient.Limit);
        FlightInfo info = await client.Sql.QueryAsync("SELECT id FROM endless", ServeClient.Limit);
        await using (FlightBatchReader reader = await client.Sql.ReadAsync(info.Endpoints[0], ServeClient.Limit))
        {
            (await reader.ReadAsync())!.Value.Batch?.Release();
            Assert.Single(await Selects(client, "RUNNING"));
        }

        long from = TimeProvider.System.GetTimestamp();
        while ((await Selects(client, "RUNNING")).Length > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit, "the job goes on without a reader");
        }

        Assert.Single(await Selects(client, "CANCELLED"));
    }

    [Fact]
    public async Task Health_is_told_to_everybody_and_nothing_else()
    {
        using var http = new HttpClient { Timeout = SessionWorld.Limit };
        string at = $"http://{_host.HealthAddress}";
        Assert.Equal("ok\n", await http.GetStringAsync(at + "/healthz"));
        Assert.Equal("ready\n", await http.GetStringAsync(at + "/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(at + "/catalog")).StatusCode);
        await _host.StopAsync(TimeSpan.FromSeconds(30), TextWriter.Null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(at + "/readyz")).StatusCode);
    }

    [Theory]
    [InlineData("0.0.0.0", false, true, true)]
    [InlineData("0.0.0.0", true, false, true)]
    [InlineData("192.168.1.7", false, false, true)]
    [InlineData("::", false, true, true)]
    [InlineData("0.0.0.0", true, true, false)]
    [InlineData("127.0.0.1", false, false, false)]
    [InlineData("::1", false, true, false)]
    public void A_server_open_to_the_network_needs_encryption_and_users(string address, bool hasTls, bool hasUsers, bool isRefused)
    {
        var options = new ServeOptions(_folder, new IPEndPoint(IPAddress.Parse(address), 1), PlannerOptions.Default)
        {
            Certificate = hasTls ? "cert.pem" : null, NeedsLogin = hasUsers,
        };
        Exception? refusal = Record.Exception(() => ServeHost.Check(options));
        Assert.Equal(isRefused, refusal is UserException);
    }

    [Fact]
    public void Every_error_has_an_sqlstate_a_status_and_an_actor()
    {
        foreach (ErrorCode error in ErrorCodes.All)
        {
            Assert.Matches("^[0-9A-Z]{5}$", error.SqlState);
            Assert.NotEqual(GrpcStatusCode.Ok, ErrorStatus.CodeOf(error));
            Assert.Contains(error.Actor, new[] { "user", "operator", "developer" });

            // Trying again helps only against what changes by itself.
            Assert.True(!error.IsRetryable || ErrorStatus.CodeOf(error) is GrpcStatusCode.Unavailable or GrpcStatusCode.Aborted
                or GrpcStatusCode.ResourceExhausted or GrpcStatusCode.DeadlineExceeded or GrpcStatusCode.DataLoss, $"{error.Code}");
        }
    }

    private ServeClient Client() => new(_host.Address!);

    private static Task<string[]> Selects(ServeClient client, string status) => client.Rows(
        $"SELECT job FROM sys.jobs WHERE statement = 'SELECT' AND status = '{status}' AND job < (SELECT MAX(job) FROM sys.jobs)"
        + " AND CAST(busy_ms AS DOUBLE) >= 0 AND restored_epoch = 0 AND job_id = 'select-1'");

    private static async Task<long> Ingest(ServeClient client, SqlIngest target, int batches)
    {
        var schema = new Schema(new Field("a", DataType.Int64), new Field("b", DataType.Utf8));
        return await client.Sql.IngestAsync(target, schema, Batches(), ServeClient.Limit);

        async IAsyncEnumerable<RecordBatch> Batches()
        {
            for (int i = 0; i < batches; i++)
            {
                await Task.Yield();
                RecordBatch batch = Batch(client, [.. Enumerable.Range(0, 1000).Select(static n => (long)n)]);
                try
                {
                    yield return batch;
                }
                finally
                {
                    batch.Release();
                }
            }
        }
    }

    private static RecordBatch Batch(ServeClient client, long[] numbers, Func<long, string>? text = null)
    {
        var schema = new Schema(new Field("a", DataType.Int64), new Field("b", DataType.Utf8));
        using var a = new FixedWidthBuilder(DataType.Int64, client.Account, numbers.Length);
        using var b = new BinaryBuilder(DataType.Utf8, client.Account, numbers.Length);
        foreach (long number in numbers)
        {
            a.Append(number);
            b.Append(System.Text.Encoding.UTF8.GetBytes(
                text?.Invoke(number) ?? "text " + number.ToString(CultureInfo.InvariantCulture)));
        }

        return new RecordBatch(schema, [a.Finish(), b.Finish()], numbers.Length);
    }
}
