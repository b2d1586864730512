using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Testing.FlightSql;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: the provider behaves as ADO.NET's contract and its users (Dapper, hosts, pools) expect. Method: the driver over a real
/// connection to a backend that writes down what it is asked.
/// </summary>
public sealed class DriverTests
{
    private static readonly Field[] s_fields = [new("id", DataType.Int32, Nullable: false), new("name", DataType.Utf8)];

    [Fact]
    public async Task Commands_give_scalars_counts_rows_and_batches()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"], [2, null], [3, "c"]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("SELECT * FROM t");
        Assert.Equal(1, await command.ExecuteScalarAsync());
        Assert.Equal(1, command.ExecuteScalar());
        Assert.Equal(5, await connection.CreateCommand("CHANGE 5").ExecuteNonQueryAsync());
        Assert.Null(await connection.CreateCommand("NONE").ExecuteScalarAsync());
        using (DbDataReader reader = command.ExecuteReader())
        {
            Assert.True(reader.HasRows);
            var values = new object[3];
            List<string> rows = [];
            while (reader.Read())
            {
                Assert.Equal(2, reader.GetValues(values));
                rows.Add($"{values[0]}:{values[1]}");
            }

            Assert.Equal(["1:a", "2:", "3:c"], rows);
            Assert.False(reader.NextResult());
        }

        using (DbDataReader single = command.ExecuteReader(CommandBehavior.SingleRow))
        {
            Assert.True(single.Read());
            Assert.False(single.Read());
        }

        int count = 0;
        await foreach (RecordBatch batch in command.ExecuteBatchesAsync())
        {
            count += batch.Length;
        }

        Assert.Equal(3, count);
        command.CommandText = "t";
        command.CommandType = CommandType.TableDirect;
        Assert.Equal(1, command.ExecuteScalar());
        using DbDataReader none = connection.CreateCommand("NONE").ExecuteReader();
        Assert.False(none.HasRows);
        Assert.False(none.Read());
    }

    [Fact]
    public async Task Parameters_of_fourteen_types_arrive_as_they_are()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        object?[] values =
        [
            true, (sbyte)-1, (
                short)2, 3, 4L, 1.5f, 2.5, 12.340m, "text", new byte[] { 1, 2 }, new DateOnly(2026, 2, 28), new TimeOnly(1, 2, 3),
            new DateTime(2026, 1, 2, 3, 4, 5, 678), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(8)), null,
            Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        ];
        object[] expected =
        [
            true, (sbyte)-1, (
                short)2, 3, 4L, 1.5f, 2.5, 12.340m, "text", new byte[] { 1, 2 }, new DateOnly(2026, 2, 28), new TimeOnly(1, 2, 3),
            new DateTime(
                2026, 1, 2, 3, 4, 5, 678), new DateTime(2026, 1, 1, 19, 4, 5), DBNull.Value, "00112233-4455-6677-8899-aabbccddeeff",
        ];
        await using ColumnStreamCommand command = connection.CreateCommand(
            "ECHO" + string.Concat(Enumerable.Repeat(" ?", values.Length)));
        foreach (object? value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await using ColumnStreamDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        var got = new object[values.Length];
        reader.GetValues(got);
        Assert.Equal(expected, got);
        Assert.Equal(DateTimeKind.Utc, reader.GetDateTime(13).Kind);
    }

    [Fact]
    public async Task Names_become_positions_outside_of_text_and_comments()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("ECHO @b, :a, @b, '@a', `@a`, /* @a */ @other -- @a");
        command.Parameters.AddWithValue("@a", 1);
        command.Parameters.AddWithValue("b", "two");
        await using ColumnStreamDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(["two", 1, "two"], Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue));
        Assert.Contains("prepare ECHO ? , ? , ? , '@a', `@a`, /* @a */ @other -- @a", server.Server.Backend.Log);
    }

    [Fact]
    public async Task A_prepared_command_is_prepared_once_and_closed()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using (ColumnStreamCommand command = connection.CreateCommand("ECHO @x"))
        {
            ColumnStreamParameter x = command.Parameters.AddWithValue("x", 0);
            await command.PrepareAsync();
            for (int i = 0; i < 5; i++)
            {
                x.Value = i;
                Assert.Equal(i, await command.ExecuteScalarAsync());
            }
        }

        Assert.Single(server.Server.Backend.Log, "prepare ECHO ? ");
        Assert.Single(server.Server.Backend.Log, "close ECHO ?");
    }

    [Fact]
    public async Task Errors_carry_code_state_and_text()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        ColumnStreamException error = await Assert.ThrowsAsync<ColumnStreamException>(
            () => connection.CreateCommand("nonsense").ExecuteScalarAsync());
        Assert.Equal(("CST1001", "42601", false), (error.Code, error.SqlState, error.IsTransient));
        Assert.Contains("^", error.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectionState.Open, connection.State);
        Assert.Throws<InvalidOperationException>(() => new ColumnStreamCommand("x").ExecuteScalar());
        Assert.Throws<NotSupportedException>(() => connection.BeginTransaction());
        Assert.Throws<InvalidOperationException>(() => connection.CreateCommand(" ").ExecuteScalar());
    }

    [Fact]
    public async Task Cancel_timeout_and_dispose_end_the_query_at_the_server()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        MemorySqlBackend backend = server.Server.Backend;
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using (ColumnStreamCommand command = connection.CreateCommand("ENDLESS"))
        {
            await using ColumnStreamDataReader reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Task<int> rest = CountAsync(reader);
            command.Cancel();
            await Assert.ThrowsAnyAsync<Exception>(() => rest);
        }

        await UntilAsync(() => backend.OpenResults == 0);
        await using (ColumnStreamDataReader left = await connection.CreateCommand("ENDLESS").ExecuteReaderAsync())
        {
            Assert.True(await left.ReadAsync());
        }

        await UntilAsync(() => backend.OpenResults == 0);
        using var cancelled = new CancellationTokenSource();
        await using (ColumnStreamDataReader reader = await connection.CreateCommand("ENDLESS").ExecuteReaderAsync())
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.True(await reader.ReadAsync());
            }

            Task<bool> next = reader.ReadAsync(cancelled.Token);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        }

        await UntilAsync(() => backend.OpenResults == 0);
    }

    [Fact]
    public async Task Sessions_are_pooled_reset_and_bounded()
    {
        await using DriverServer server = await DriverServer.StartAsync(";Max Pool Size=2;Timeout=5");
        for (int i = 0; i < 5; i++)
        {
            await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
            Assert.Equal("ann", await connection.CreateCommand("SELECT USER").ExecuteScalarAsync());
        }

        Assert.Equal(1, server.Source.IdleSessions);
        Assert.Equal(1, server.Server.Backend.OpenSessions);
        await using (ColumnStreamConnection changed = await server.Source.OpenConnectionAsync())
        {
            await changed.ChangeDatabaseAsync("sys");
            Assert.Equal("sys", changed.Database);
            await Assert.ThrowsAsync<ColumnStreamException>(() => changed.ChangeDatabaseAsync("nowhere"));
        }

        Assert.Equal(0, server.Source.IdleSessions); // a changed session goes to nobody else
        await using ColumnStreamConnection one = await server.Source.OpenConnectionAsync();
        await using ColumnStreamConnection two = await server.Source.OpenConnectionAsync();
        ColumnStreamException full = await Assert.ThrowsAsync<ColumnStreamException>(
            () => server.Source.OpenConnectionAsync().AsTask());
        Assert.Contains("Max Pool Size", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_and_an_absent_server_are_told()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using var wrong = new ColumnStreamConnection(server.Server.ConnectionString + ";Password=guess;Pooling=false");
        ColumnStreamException error = await Assert.ThrowsAsync<ColumnStreamException>(() => wrong.OpenAsync());
        Assert.Equal("28000", error.SqlState);
        Assert.Equal(ConnectionState.Closed, wrong.State);
        await using var token = new ColumnStreamConnection(
            $"Host=localhost;Port={server.Server.Flight.Port};Token={MemorySqlBackend.LastingToken}");
        await token.OpenAsync();
        Assert.Equal("robot", await token.CreateCommand("SELECT USER").ExecuteScalarAsync());
        await using var absent = new ColumnStreamConnection("Host=127.0.0.1;Port=1;Timeout=5");
        Assert.True((await Assert.ThrowsAsync<ColumnStreamException>(() => absent.OpenAsync())).IsTransient);
    }

    [Fact]
    public async Task Batches_run_in_order_and_give_all_results()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamBatch batch = connection.CreateBatch();
        batch.BatchCommands.Add("SELECT * FROM t");
        batch.BatchCommands.Add("ECHO @x").Parameters.AddWithValue("x", 9);
        await using (DbDataReader reader = await batch.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal("a", reader.GetString(1));
            Assert.True(await reader.NextResultAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(9, reader.GetInt32(0));
            Assert.False(await reader.NextResultAsync());
        }

        await using ColumnStreamBatch changes = connection.CreateBatch();
        changes.BatchCommands.Add("CHANGE 2");
        changes.BatchCommands.Add("CHANGE 3");
        Assert.Equal(5, await changes.ExecuteNonQueryAsync());
        Assert.Equal([2, 3], changes.BatchCommands.Select(c => c.RecordsAffected));
    }

    [Fact]
    public async Task Schema_collections_describe_the_server()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"]);
        server.Table("v", s_fields, [1, "a"]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        foreach (DataRow collection in connection.GetSchema().Rows)
        {
            var name = (string)collection["CollectionName"];
            if (name != "PrimaryKeys")
            {
                Assert.NotEmpty(connection.GetSchema(name).Columns);
            }
        }

        Assert.Equal("1.2.3", connection.ServerVersion);
        Assert.Equal("MemoryStream", connection.GetSchema("DataSourceInformation").Rows[0]["DataSourceProductName"]);
        Assert.Equal(["ECHO", "ENDLESS"], connection.GetSchema("ReservedWords").Rows.Cast<DataRow>().Select(r => r[0]));
        Assert.Equal(["t", "v"], connection.GetSchema("Tables").Rows.Cast<DataRow>().Select(r => r["table_name"]));
        Assert.Equal(["v"], connection.GetSchema("Views").Rows.Cast<DataRow>().Select(r => r["table_name"]));
        DataRow column = connection.GetSchema("Columns", [null, null, "t", "name"]).Rows.Cast<DataRow>().Single();
        Assert.Equal(("name", 2, "UTF8", true), (
            column["column_name"], column["ordinal_position"], column["data_type"], column["is_nullable"]));
        Assert.Equal("id", connection.GetSchema("PrimaryKeys", [null, null, "t"]).Rows[0]["column_name"]);
        Assert.Throws<ArgumentException>(() => connection.GetSchema("Nonsense"));
        Assert.Contains("DECIMAL", connection.GetSchema("DataTypes").Rows.Cast<DataRow>().Select(r => r["TypeName"]));
        await using ColumnStreamDataReader reader = await connection.CreateCommand(
            "SELECT * FROM t").ExecuteReaderAsync(CommandBehavior.SchemaOnly);
        Assert.False(await reader.ReadAsync());
        DbColumn id = reader.GetColumnSchema()[0];
        Assert.Equal(("id", typeof(int), false), (id.ColumnName, id.DataType, id.AllowDBNull));
        Assert.Equal(2, reader.GetSchemaTable()!.Rows.Count);
    }

    [Fact]
    public async Task Dapper_maps_rows_and_parameters()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"], [2, null]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        Assert.Equal([new Person(1, "a"), new Person(2, null)], await connection.QueryAsync<Person>("SELECT * FROM t"));
        Assert.Equal(42, await connection.ExecuteScalarAsync<int>("ECHO @answer", new { answer = 42 }));
        Assert.Equal(6, await connection.ExecuteAsync("CHANGE 2 /*@a*/ ?", new[] { new { a = 1 }, new { a = 2 }, new { a = 3 } }));
        Assert.Equal("x", await connection.QuerySingleAsync<string>("ECHO @v", new { v = "x" }));
        using DataTable table = new();
        new ColumnStreamDataAdapter(connection.CreateCommand("SELECT * FROM t")).Fill(table);
        Assert.Equal(2, table.Rows.Count);
    }

    [Fact]
    public async Task Rows_are_loaded_in_bulk()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"], [2, null]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        var target = new SqlIngest("copy") { CreateIfMissing = true, IfExists = SqlIngestMode.Append };
        Assert.Equal(
            2, await connection.IngestAsync(
                target, new Schema(s_fields), connection.CreateCommand("SELECT * FROM t").ExecuteBatchesAsync()));
        Assert.Equal([1, 2], connection.Query<int>("SELECT * FROM copy"));
    }

    [Fact]
    public async Task Hosts_and_listeners_find_what_they_expect()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ServiceProvider services = new ServiceCollection(
            ).AddColumnStreamDataSource(server.Server.ConnectionString).BuildServiceProvider();
        await using DbConnection connection = services.GetRequiredService<DbConnection>();
        await connection.OpenAsync();
        Assert.Same(services.GetRequiredService<ColumnStreamDataSource>(), services.GetRequiredService<DbDataSource>());
        ConcurrentQueue<Activity> heard = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == ColumnStreamDiagnostics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = heard.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "ECHO hosts and listeners";
        await command.ExecuteScalarAsync();
        command.CommandText = "nonsense of hosts and listeners";
        await Assert.ThrowsAsync<ColumnStreamException>(() => command.ExecuteScalarAsync());
        List<Activity> mine = [.. heard.Where(
            a => ((string?)a.GetTagItem("db.query.text"))?.Contains("hosts and listeners", StringComparison.Ordinal) == true)];
        Assert.Equal(2, mine.Count);
        Assert.Equal(ActivityStatusCode.Error, mine[1].Status);
        Assert.Equal("CST1001", mine[1].GetTagItem("error.type"));
        DbProviderFactory factory = DbProviderFactories.GetFactory(connection)!;
        Assert.Same(ColumnStreamFactory.Instance, factory);
        Assert.IsType<ColumnStreamParameter>(factory.CreateParameter());
        Assert.IsType<ColumnStreamBatch>(factory.CreateBatch());
    }

    [Fact]
    public void Connection_strings_know_synonyms_and_suggest_names()
    {
        var builder = new ColumnStreamConnectionStringBuilder(
            "Data Source=h;port=1;UID=u;PWD=p;Encrypt=yes;Initial Catalog=d;max pool size=7");
        Assert.Equal(("h", 1, "u", "p", true, "d", 7), (
            builder.Host, builder.Port, builder.Username, builder.Password, builder.Tls, builder.Database, builder.MaxPoolSize));
        Assert.Equal(30, builder.CommandTimeout);
        Assert.Contains(
            "Did you mean Password?", Assert.Throws<ArgumentException>(
                () => new ColumnStreamConnectionStringBuilder("Pasword=x")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected a whole number", Assert.Throws<ArgumentException>(
                () => new ColumnStreamConnectionStringBuilder("Port=x")).Message,
            StringComparison.Ordinal);
        using var source = new ColumnStreamDataSource("Host=h;Username=u;Password=hidden");
        Assert.DoesNotContain("hidden", source.ConnectionString, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(ColumnStreamDataReader reader)
    {
        int rows = 0;
        while (await reader.ReadAsync())
        {
            rows++;
        }

        return rows;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private sealed record Person(int Id, string? Name);
}
