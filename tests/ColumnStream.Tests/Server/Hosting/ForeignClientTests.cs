using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text.Json;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Server.Security;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Interop;
using ColumnStream.Tests.Server.Session;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: Flight SQL clients that others wrote work: metadata, queries, bound parameters, wrong SQL, wrong password, leaving. Method: the
/// whole server over
/// loopback, plain and TLS, and a session by node for each client; the expected rows are those of the file that the table reads.
/// </summary>
public sealed class ForeignClientTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Password = "correct horse";

    private static readonly NodeScripts s_node = new(
        Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "flight"), "@spiceai/spice");

    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-foreign-").FullName;
    private readonly TestCertificates _certificates = new("authority of this test");
    private ServeHost? _host;
    private string _connectionString = string.Empty;

    public Task InitializeAsync()
    {
        _certificates.Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "items.csv"), "1,apple,0.50\n2,pear,1.25\n3,fig,10.00\n");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        }

        _certificates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Gizmo_by_password_and_token()
    {
        if (await PlayAsync("gizmo", tls: false) is not { } steps)
        {
            return;
        }

        const string Rows = """[{"id":"1","name":"apple"},{"id":"2","name":"pear"},{"id":"3","name":"fig"}]""";
        Assert.Equal(Rows, steps["query"]);
        Assert.Equal(Rows, steps["token"]);
        Assert.Equal("""[{"one":1}]""", steps["one"]);
        Assert.Contains("Did you mean 'SELECT'", steps["wrong SQL"], StringComparison.Ordinal);
        Assert.Contains("default_catalog", steps["catalogs"], StringComparison.Ordinal);
        Assert.Contains("information_schema", steps["schemas"], StringComparison.Ordinal);
        Assert.Equal(
            """[{"catalog":"default_catalog","schema":"default_database","tableName":"items","tableType":"TABLE"}]""",
                steps["tables"]);
        Assert.Equal("""["LOCAL TEMPORARY","SYSTEM TABLE","TABLE","VIEW"]""", steps["table types"]);
        Assert.Equal("""{"size":91,"name":"ColumnStream"}""", steps["info"]);
        Assert.Equal("""["id: Int64","name: Utf8","price: Decimal[10e+2]"]""", steps["types of a table"]);
        Assert.Contains("CST3161", steps["wrong password"], StringComparison.Ordinal);
        await LeftAsync(steps);
    }

    [Fact]
    public async Task Lakehouse_which_is_rust()
    {
        if (await PlayAsync("lakehouse", tls: false) is not { } steps)
        {
            return;
        }

        const string Rows = """[{"id":"1","name":"apple"},{"id":"2","name":"pear"},{"id":"3","name":"fig"}]""";
        Assert.Equal(Rows, steps["query"]);
        Assert.Equal(Rows, steps["token"]);
        Assert.Contains("failed to prepare", steps["wrong SQL"], StringComparison.Ordinal);
        Assert.Contains("default_catalog", steps["catalogs"], StringComparison.Ordinal);
        Assert.Contains("\"table_name\":\"items\"", steps["tables"], StringComparison.Ordinal);
        Assert.Equal("""[["id: Int64","name: Utf8","price: Decimal[10e+2]"]]""", steps["tables with columns"]);
        Assert.Contains("failed to prepare", steps["wrong token"], StringComparison.Ordinal);
        await LeftAsync(steps);
    }

    [Fact]
    public async Task Influx_with_tickets_that_it_writes_itself()
    {
        if (await PlayAsync("influx", tls: false) is not { } steps)
        {
            return;
        }

        Assert.Equal("""[{"id":"1","name":"apple"},{"id":"2","name":"pear"},{"id":"3","name":"fig"}]""", steps["query"]);
        Assert.Contains("Did you mean 'SELECT'", steps["wrong SQL"], StringComparison.Ordinal);
        Assert.Contains("nowhere", steps["wrong database"], StringComparison.Ordinal);
        Assert.Contains("CST3161", steps["wrong token"], StringComparison.Ordinal);
        Assert.Equal("""[{"id":"2","name":"pear"}]""", steps["parameters"]);
        Assert.Equal("10", steps["break"]);
        Assert.Equal(
            """[{"column_name":"id","data_type":"BIGINT"},{"column_name":"name","data_type":"STRING"},{"column_name":"price","data_type":"DECIMAL(10, 2)"}]""",
            steps["metadata"]);
        await LeftAsync(steps);
    }

    [Fact]
    public async Task Spice_over_tls_with_bound_parameters()
    {
        if (await PlayAsync("spice", tls: true) is not { } steps)
        {
            return;
        }

        Assert.Equal("""[{"id":"1","name":"apple"},{"id":"2","name":"pear"},{"id":"3","name":"fig"}]""", steps["query"]);
        Assert.Equal("""[{"id":"3","name":"fig"}]""", steps["parameters"]);
        Assert.Contains("Did you mean 'SELECT'", steps["wrong SQL"], StringComparison.Ordinal);
        Assert.Contains("CST3161", steps["wrong token"], StringComparison.Ordinal);
        Assert.Equal(
            """[{"column_name":"id","data_type":"BIGINT"},{"column_name":"name","data_type":"STRING"},{"column_name":"price","data_type":"DECIMAL(10, 2)"}]""",
            steps["metadata"]);
        await LeftAsync(steps);
    }

    /// <summary>Waits until the job ends whose client left in the middle.</summary>
    private async Task LeftAsync(Dictionary<string, string> steps)
    {
        Assert.Matches("^[1-9]", steps["leave"]);
        long from = TimeProvider.System.GetTimestamp();
        await using var connection = new ColumnStreamConnection(_connectionString);
        await connection.OpenAsync();
        while ((long)(await connection.CreateCommand(
            "SELECT COUNT(*) FROM sys.jobs WHERE status = 'RUNNING' AND job < (SELECT MAX(job) FROM sys.jobs)")
            .ExecuteScalarAsync())! > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit, "the job goes on without its client");
        }

        output.WriteLine($"no job is left {TimeProvider.System.GetElapsedTime(from).TotalMilliseconds:F0} ms behind the client's end");
        Assert.NotEqual(0L, await connection.CreateCommand(
            "SELECT COUNT(*) FROM sys.jobs WHERE status = 'CANCELLED'").ExecuteScalarAsync());
    }

    /// <summary>
    /// Starts a server with the table, plays a client's session and gives what each step saw; null where node is not here.
    /// </summary>
    private async Task<Dictionary<string, string>?> PlayAsync(string client, bool tls)
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return null;
        }

        _host = new ServeHost(
            new ServeOptions(Path.Combine(_folder, "data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default)
            {
                Certificate = tls ? Path.Combine(_folder, "server.pem") : null,
                Key = tls ? Path.Combine(_folder, "server.key") : null,
                AllowedFolders = [_folder],
            },
            TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
        _host.Accounts.Change("ann", static user => user with { Password = PasswordHash.Of(Password), Role = "developer" });
        string port = _host.Address!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string security = tls ? $";Tls=true;Root Certificate={Path.Combine(_folder, "roots.pem")}" : string.Empty;
        _connectionString = $"Host=localhost;Port={port};Username=ann;Password={Password};Pooling=false{security}";
        await using (var connection = new ColumnStreamConnection(_connectionString))
        {
            await connection.OpenAsync();
            await connection.CreateCommand(
                "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000')").ExecuteNonQueryAsync();
            await connection.CreateCommand(
                "CREATE TABLE items (id BIGINT, name STRING, price DECIMAL(10, 2)) WITH ('connector' = 'filesystem', "
                + $"'path' = '{Path.Combine(_folder, "items.csv")}', 'format' = 'csv')").ExecuteNonQueryAsync();
        }

        string text = await Task.Factory.StartNew(
            () => s_node.Run(
                "node", "session.mjs", client, "localhost", port, "ann", Password, _host.FirstToken!, Path.Combine(
                    _folder, "roots.pem")),
            TaskCreationOptions.LongRunning);
        output.WriteLine(text);
        var steps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith('{'))
            {
                using var step = JsonDocument.Parse(line);
                JsonElement root = step.RootElement;
                steps[root.GetProperty("step").GetString()!] = root.TryGetProperty("error", out JsonElement error)
                    ? error.GetString()!
                    : root.TryGetProperty("value", out JsonElement value) ? value.GetRawText() : string.Empty;
            }
        }

        return steps;
    }
}
