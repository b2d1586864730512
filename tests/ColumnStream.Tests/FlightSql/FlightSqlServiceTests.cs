using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Printing;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Flight.Sql.Metadata;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.FlightSql;
using Xunit;

namespace ColumnStream.Tests.FlightSql;

/// <summary>
/// Goal: each command of Flight SQL means what the specification says. Method: our client against the service over a backend that
/// writes down what it
/// is asked; clients of others are tested against a whole server.
/// </summary>
public sealed class FlightSqlServiceTests
{
    private static readonly Schema s_schema = new(
        new Field("id", DataType.Int64, Nullable: false), new Field("name", DataType.Utf8));

    [Fact]
    public async Task A_query_runs_when_its_ticket_is_redeemed_and_only_once()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        Fill(server, "t", 3);
        FlightInfo info = await server.Client.QueryAsync("SELECT * FROM t;");
        Assert.DoesNotContain(server.Backend.Log, l => l.StartsWith("query", StringComparison.Ordinal));
        Assert.Equal(s_schema, info.DecodeSchema());
        Assert.Single(info.Endpoints);
        Assert.Equal(3, await CountAsync(server.Client, info));
        GrpcException again = await Assert.ThrowsAsync<GrpcException>(() => CountAsync(server.Client, info));
        Assert.Equal(GrpcStatusCode.NotFound, again.Status.Code);
        FlightInfo endless = await server.Client.QueryAsync("ENDLESS");
        await using FlightBatchReader reader = await server.Client.ReadAsync(endless.Endpoints[0]);
        Assert.Equal(1, await RowsAsync(reader));
        again = await Assert.ThrowsAsync<GrpcException>(() => CountAsync(server.Client, endless));
        Assert.Equal(GrpcStatusCode.FailedPrecondition, again.Status.Code);
    }

    [Fact]
    public async Task Plain_text_and_json_tickets_are_queries_too()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        Fill(server, "t", 2);
        FlightInfo info = await server.Flight.Client.GetFlightInfoAsync(FlightDescriptor.FromText("SELECT * FROM t"));
        Assert.Equal(2, await CountAsync(server.Client, info));
        byte[] json = Encoding.UTF8.GetBytes("""{"database":"sys","sql_query":"SELECT * FROM t","query_type":"sql","params":{}}""");
        Assert.Equal(2, await CountAsync(await server.Flight.Client.DoGetAsync(json)));
        byte[] lost = Encoding.UTF8.GetBytes("""{"database":"nowhere","sql_query":"SELECT * FROM t"}""");
        await FailsAsync(
            GrpcStatusCode.NotFound, "nowhere", async () => await CountAsync(await server.Flight.Client.DoGetAsync(lost)));
        byte[] other = Encoding.UTF8.GetBytes("""{"sql_query":"x","query_type":"influxql"}""");
        await FailsAsync(
            GrpcStatusCode.Unimplemented, "influxql", async () => await CountAsync(await server.Flight.Client.DoGetAsync(other)));
    }

    [Fact]
    public async Task Json_tickets_name_their_parameters()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        byte[] ticket = Encoding.UTF8.GetBytes("""
            {"sql_query":"ECHO $a $b '$a' `$a` $c /* $a */ $a $d $lost x$a","params":{"a":7,"b":"it's","c":null,"d":0.5,"unused":[]}}
            """);
        List<string> got = await PrintAsync(await server.Flight.Client.DoGetAsync(ticket));
        Assert.Equal(["$1 | $2 | $3 | $4 | $5\n7 | it's | NULL | 7 | 0.5"], got);
        Assert.Contains(server.Backend.Log, l => l == "query ECHO ?  ?  '$a' `$a` ?  /* $a */ ?  ?  $lost x$a 1");
        byte[] list = Encoding.UTF8.GetBytes("""{"sql_query":"ECHO $a","params":{"a":[1]}}""");
        await FailsAsync(
            GrpcStatusCode.InvalidArgument, "$a", async () => await CountAsync(await server.Flight.Client.DoGetAsync(list)));
    }

    [Fact]
    public async Task Prepared_statements_bind_run_many_times_and_close()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightSqlPrepared prepared = await server.Client.PrepareAsync("ECHO ? ?");
        Assert.Equal(2, prepared.ParameterSchema!.Fields.Count);
        Assert.NotNull(prepared.ResultSchema);
        RecordBatch rows = RandomBatches.Batch(new Random(1), s_schema, 5, server.Flight.ClientAccount);
        ReadOnlyMemory<byte> handle = await server.Client.BindAsync(prepared.Handle, rows);
        for (int i = 0; i < 2; i++)
        {
            FlightInfo info = await server.Client.QueryPreparedAsync(handle);
            List<string> got = await PrintAsync(await server.Client.ReadAsync(info.Endpoints[0]));
            Assert.Equal(RecordBatchPrinter.Print(rows), Assert.Single(got));
        }

        RecordBatch narrow = RandomBatches.Batch(new Random(1), new Schema(s_schema.Fields[0]), 5, server.Flight.ClientAccount);
        await FailsAsync(GrpcStatusCode.InvalidArgument, "2 parameters", () => server.Client.BindAsync(handle, narrow));
        narrow.Release();
        rows.Release();
        await server.Client.CloseAsync(handle);
        Assert.Contains("close ECHO ? ?", server.Backend.Log);
        await FailsAsync(GrpcStatusCode.NotFound, "Prepared statement", () => server.Client.QueryPreparedAsync(handle));
    }

    [Fact]
    public async Task Updates_give_counts_and_a_batch_of_parameters_is_one_run()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        Assert.Equal(7, await server.Client.UpdateAsync("CHANGE 7"));
        FlightSqlPrepared prepared = await server.Client.PrepareAsync("CHANGE 2 ? ?");
        Assert.Null(prepared.ResultSchema); // a client sends what has no columns as an update
        RecordBatch rows = RandomBatches.Batch(new Random(1), s_schema, 1000, server.Flight.ClientAccount);
        Assert.Equal(2000, await server.Client.UpdatePreparedAsync(prepared.Handle, rows));
        rows.Release();
        Assert.Single(server.Backend.Log, "update CHANGE 2 ? ? 1000");
        Assert.Equal(2, await server.Client.UpdatePreparedAsync(prepared.Handle, null));
        await FailsAsync(GrpcStatusCode.InvalidArgument, "unknown statement", () => server.Client.UpdateAsync("nonsense"));
    }

    [Fact]
    public async Task Bulk_rows_come_into_a_table_as_the_client_says()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        var target = new SqlIngest("bulk") { CreateIfMissing = true, IfExists = SqlIngestMode.Fail };
        Assert.Equal(30, await IngestAsync(server, target, 3));
        await FailsAsync(GrpcStatusCode.AlreadyExists, "bulk", () => IngestAsync(server, target, 1));
        Assert.Equal(20, await IngestAsync(server, target with { IfExists = SqlIngestMode.Append }, 2));
        Assert.Equal(50, await CountAsync(server.Client, await server.Client.QueryAsync("SELECT * FROM bulk")));
        Assert.Equal(0, await IngestAsync(server, target with { Table = "empty" }, 0));
        await FailsAsync(
            GrpcStatusCode.NotFound, "other", () =>
                IngestAsync(server, target with { Table = "other", CreateIfMissing = false }, 1));
    }

    [Fact]
    public async Task A_client_that_leaves_or_cancels_ends_its_query()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightInfo info = await server.Client.QueryAsync("ENDLESS");
        FlightBatchReader reader = await server.Client.ReadAsync(info.Endpoints[0]);
        Assert.Equal(1, await RowsAsync(reader));
        Assert.Equal(1, server.Backend.OpenResults);
        Assert.True(await server.Client.CancelAsync(info));
        GrpcException end = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            while (await RowsAsync(reader) > 0)
            {
            }
        });
        Assert.Equal(GrpcStatusCode.Cancelled, end.Status.Code);
        await reader.DisposeAsync();
        await UntilAsync(() => server.Backend.OpenResults == 0);
        Assert.False(await server.Client.CancelAsync(info));

        await using (
            FlightBatchReader left = await server.Client.ReadAsync((await server.Client.QueryAsync("ENDLESS")).Endpoints[0]))
        {
            Assert.Equal(1, await RowsAsync(left));
        }

        await UntilAsync(() => server.Backend.OpenResults == 0);
    }

    [Fact]
    public async Task Handles_that_nobody_uses_go_and_are_bounded()
    {
        var time = new ManualTime();
        var options = new FlightSqlOptions { HandleTimeout = TimeSpan.FromMinutes(5), MaxHandles = 3 };
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync(options, time);
        FlightSqlPrepared first = await server.Client.PrepareAsync("ECHO ?");
        time.Advance(TimeSpan.FromMinutes(4));
        await server.Client.QueryPreparedAsync(first.Handle);
        time.Advance(TimeSpan.FromMinutes(4));
        await server.Client.QueryPreparedAsync(first.Handle); // used within the time: still there
        time.Advance(TimeSpan.FromMinutes(6));
        await FailsAsync(GrpcStatusCode.NotFound, "Prepared statement", () => server.Client.QueryPreparedAsync(first.Handle));
        var many = new List<FlightSqlPrepared>();
        for (int i = 0; i < 4; i++)
        {
            many.Add(await server.Client.PrepareAsync($"ECHO {i}"));
        }

        await FailsAsync(GrpcStatusCode.NotFound, "Prepared statement", () => server.Client.QueryPreparedAsync(many[0].Handle));
        await server.Client.QueryPreparedAsync(many[1].Handle);
        Assert.Contains("close ECHO 0", server.Backend.Log);
    }

    [Fact]
    public async Task Users_do_not_see_each_others_handles_and_sessions()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightSqlPrepared prepared = await server.Client.PrepareAsync("ECHO ?");
        FlightInfo info = await server.Client.QueryAsync("ENDLESS");
        await server.Client.SetOptionsAsync(
            new Dictionary<string, object?> { ["schema"] = "sys", ["list"] = new List<string> { "a", "b" } });

        using FlightClient other = server.Flight.Connect(new GrpcChannelOptions { Host = "localhost", Port = server.Flight.Port });
        var bob = new FlightSqlClient(other);
        await FailsAsync(GrpcStatusCode.Unauthenticated, "Token", () => bob.QueryAsync("ECHO"));
        await FailsAsync(GrpcStatusCode.Unauthenticated, "wrong", () => other.LogInAsync("bob", "guess"));
        await other.LogInAsync("bob", MemorySqlBackend.Password);
        await FailsAsync(GrpcStatusCode.NotFound, "another user", () => bob.QueryPreparedAsync(prepared.Handle));
        await FailsAsync(GrpcStatusCode.NotFound, "another user", () => CountAsync(bob, info));
        Assert.False(await bob.CancelAsync(info));
        Assert.Empty(await bob.GetOptionsAsync());
        IReadOnlyDictionary<string, object?> options = await server.Client.GetOptionsAsync();
        Assert.Equal("sys", options["schema"]);
        Assert.Equal(["a", "b"], Assert.IsType<List<string>>(options["list"]));
    }

    [Fact]
    public async Task A_lasting_token_has_a_session_for_each_cookie()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        using FlightClient robot = server.Flight.Connect(new GrpcChannelOptions { Host = "localhost", Port = server.Flight.Port });
        string? cookie = null;
        GrpcCallOptions Options(string? send)
        {
            var headers = new GrpcMetadata();
            headers.Add("authorization", "Bearer " + MemorySqlBackend.LastingToken);
            if (send is not null)
            {
                headers.Add("cookie", send);
            }

            return new GrpcCallOptions { Headers = headers, OnHeaders = h => cookie = h.Get("set-cookie") ?? cookie };
        }

        var client = new FlightSqlClient(robot);
        var wanted = new Dictionary<string, object?> { ["schema"] = "sys" };
        await client.SetOptionsAsync(wanted, Options(null));
        Assert.StartsWith("arrow_flight_session_id=", cookie, StringComparison.Ordinal);
        Assert.Equal("sys", (await client.GetOptionsAsync(Options(cookie)))["schema"]);
        string kept = cookie!;
        Assert.Empty(await client.GetOptionsAsync(Options(null)));
        await client.CloseSessionAsync(Options(kept));
        Assert.Empty(await client.GetOptionsAsync(Options(kept)));
    }

    [Fact]
    public async Task What_the_server_does_not_do_is_refused_by_name()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightClient client = server.Flight.Client;
        foreach (string action in new[] { "BeginTransaction", "EndTransaction", "BeginSavepoint", "CreatePreparedSubstraitPlan",
            "Nonsense", "" })
        {
            GrpcException error = await Assert.ThrowsAsync<GrpcException>(async () =>
            {
                await foreach (ReadOnlyMemory<byte> _ in client.DoActionAsync(new FlightAction(action, default)))
                {
                }
            });
            Assert.Equal(GrpcStatusCode.Unimplemented, error.Status.Code);
        }

        await FailsAsync(
            GrpcStatusCode.InvalidArgument, "INVALID_ARGUMENT",
            () => server.Client.SetOptionsAsync(new Dictionary<string, object?> { ["unknown"] = 1L }), message: "InvalidName");
        await FailsAsync(
            GrpcStatusCode.InvalidArgument, "path", () => client.GetFlightInfoAsync(FlightDescriptor.FromPath("a", "b")));
        await FailsAsync(
            GrpcStatusCode.InvalidArgument, "UTF-8", () =>
                client.GetFlightInfoAsync(FlightDescriptor.FromCommand(new byte[] { 0xff, 0xfe, 0x80 })));
        Assert.NotEmpty(await client.ListActionsAsync().ToListAsync());
        FlightPollInfo poll = await client.PollFlightInfoAsync(FlightDescriptor.FromText("ECHO"));
        Assert.Null(poll.Next);
        Assert.NotNull(poll.Info);
    }

    [Fact]
    public async Task Metadata_has_the_specifications_columns_and_order()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        Fill(server, "t_1", 1);
        Fill(server, "tx1", 1);
        Fill(server, "v", 1);
        FlightSqlClient client = server.Client;
        Assert.Equal("default_catalog|zoo", await LinesAsync(client, await client.CatalogsAsync(), MetadataSchemas.Catalogs));
        Assert.Equal(
            "default_catalog | default_database|default_catalog | sys|zoo | a_b",
            await LinesAsync(client, await client.SchemasAsync(null, null), MetadataSchemas.DbSchemas));
        Assert.Equal("zoo | a_b", await LinesAsync(client, await client.SchemasAsync("zoo", "a\\_%"), MetadataSchemas.DbSchemas));
        Assert.Equal(
            string.Empty, await LinesAsync(client, await client.SchemasAsync(string.Empty, null), MetadataSchemas.DbSchemas));
        Assert.Equal(
            "LOCAL TEMPORARY|SYSTEM TABLE|TABLE|VIEW", await LinesAsync(client, await client.TableTypesAsync(), MetadataSchemas.TableTypes));
        const string Place = "default_catalog | default_database | ";
        Assert.Equal(
            $"{Place}t_1 | TABLE|{Place}tx1 | TABLE|{Place}v | VIEW",
            await LinesAsync(client, await client.TablesAsync(null, null, null, [], columns: false), MetadataSchemas.Tables));
        Assert.Equal(
            $"{Place}t_1 | TABLE",
            await LinesAsync(client, await client.TablesAsync(
                null, "default%", "t\\_%", ["base table"], columns: false), MetadataSchemas.Tables));
        Assert.Equal(
            $"{Place}v | id | NULL | 1",
            await LinesAsync(client, await client.PrimaryKeysAsync(null, null, "v"), MetadataSchemas.PrimaryKeys));
        Assert.Equal(
            string.Empty, await LinesAsync(client, await client.ImportedKeysAsync(null, null, "v"), MetadataSchemas.ForeignKeys));
        Assert.Equal(
            string.Empty, await LinesAsync(client, await client.ExportedKeysAsync(null, null, "v"), MetadataSchemas.ForeignKeys));
        Assert.Contains(
            "VARCHAR | 12 | 2147483647 | ' | ' | [length] | 1 | true | 3 | NULL | false | NULL | VARCHAR | NULL | NULL | 12 | NULL | NULL | NULL",
            await LinesAsync(client, await client.TypeInfoAsync(12), MetadataSchemas.XdbcTypeInfo), StringComparison.Ordinal);
        string types = await LinesAsync(client, await client.TypeInfoAsync(), MetadataSchemas.XdbcTypeInfo);
        int[] numbers = [.. types.Split('|').Where((_, i) => i % 19 == 1).Select(t => int.Parse(t.Trim(), null))];
        Assert.Equal(numbers.Order(), numbers);
    }

    [Fact]
    public async Task Tables_with_columns_carry_what_drivers_look_for()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        Fill(server, "t", 1);
        FlightInfo info = await server.Client.TablesAsync("default_catalog", null, "t", [], columns: true);
        Assert.Equal(MetadataSchemas.TablesWithSchema, info.DecodeSchema());
        await using FlightBatchReader reader = await server.Client.ReadAsync(info.Endpoints[0]);
        RecordBatch batch = (await reader.ReadAsync())!.Value.Batch!;
        Schema table = ColumnStream.Arrow.Ipc.IpcMessageDecoder.DecodeSchema(
            ((ColumnStream.Arrow.Arrays.BinaryArray)batch.Columns[4]).GetBytes(0));
        batch.Release();
        Assert.Equal(["id", "name"], table.Fields.Select(f => f.Name));
        Assert.Equal("INT64", ColumnMetadata.Get(table.Fields[0], "TYPE_NAME"));
        Assert.Equal("default_database", ColumnMetadata.Get(table.Fields[0], "SCHEMA_NAME"));
        Assert.Equal("default_database", ColumnMetadata.Get(table.Fields[0], "DB_SCHEMA_NAME"));
        Assert.Equal("0", ColumnMetadata.Get(table.Fields[0], "IS_AUTO_INCREMENT"));
    }

    [Fact]
    public async Task Every_number_of_sql_info_is_answered_with_the_kind_that_readers_expect()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        var children = new Dictionary<uint, int>();
        FlightInfo info = await server.Client.SqlInfoAsync([]);
        Assert.Equal(MetadataSchemas.SqlInfo, info.DecodeSchema());
        await using FlightBatchReader reader = await server.Client.ReadAsync(info.Endpoints[0]);
        RecordBatch batch = (await reader.ReadAsync())!.Value.Batch!;
        var union = (ColumnStream.Arrow.Arrays.UnionArray)batch.Columns[1];
        for (int row = 0; row < batch.Length; row++)
        {
            children.Add(((ColumnStream.Arrow.Arrays.FixedWidthArray)batch.Columns[0]).Values<uint>()[row], union.GetChild(row));
        }

        batch.Release();

        // The specification's enum; the kinds are those that Arrow's JDBC driver reads (ArrowDatabaseMetadata).
        Assert.Equal(
            Enumerable.Range(0, 12).Concat([100, 101]).Concat(Enumerable.Range(500, 77)).Select(n => (uint)n), children.Keys);
        AssertKind(0, 0, 1, 504, 513, 514, 529, 530, 531);
        AssertKind(1, 3, 515, 516, 518, 519, 520, 521, 523, 524, 527, 532, 536, 537, 539, 556, 563, 565, 566, 572, 573, 574, 575,
            576);
        AssertKind(2, [.. Enumerable.Range(541, 15), .. Enumerable.Range(557, 6)]);
        AssertKind(3, 8, 522, 525, 526, 528, 533, 534, 535, 538, 540, 564, 567);
        AssertKind(4, 508, 509, 510, 511, 512);
        AssertKind(5, 517);

        void AssertKind(int child, params int[] numbers) =>
            Assert.All(numbers, n => Assert.Equal((n, child), (n, children[(uint)n])));
    }

    [Theory]
    [InlineData("%", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a%c", "abbbc", true)]
    [InlineData("a%c", "abbbd", false)]
    [InlineData("a_c", "abc", true)]
    [InlineData("a\\_c", "abc", false)]
    [InlineData("a\\_c", "a_c", true)]
    [InlineData("%a%b%", "xxaxxbxx", true)]
    [InlineData("%ab", "aab", true)]
    [InlineData("\\%", "%", true)]
    [InlineData("\\", "\\", true)]
    public void Patterns_match_as_like_does(string pattern, string text, bool expected) =>
        Assert.Equal(expected, LikePattern.Matches(pattern, text));

    private static void Fill(LoopbackFlightSql server, string name, int rows) =>
        server.Backend.Tables[name] = (s_schema, [RandomBatches.Batch(new Random(7), s_schema, rows, server.Allocator)]);

    private static async Task<long> IngestAsync(LoopbackFlightSql server, SqlIngest target, int batches) =>
        await server.Client.IngestAsync(target, s_schema, RowsOf(server.Flight.ClientAccount, batches));

    private static async IAsyncEnumerable<RecordBatch> RowsOf(BufferAllocator allocator, int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            await Task.Yield();
            RecordBatch batch = RandomBatches.Batch(new Random(i), s_schema, 10, allocator);
            try
            {
                yield return batch;
            }
            finally
            {
                // A server that refuses ends the upload here.
                batch.Release();
            }
        }
    }

    private static async Task<int> CountAsync(FlightSqlClient client, FlightInfo info) =>
        await CountAsync(await client.ReadAsync(info.Endpoints[0]));

    private static async Task<int> CountAsync(FlightBatchReader reader)
    {
        int rows = 0;
        await using (reader)
        {
            while (await reader.ReadAsync() is { } message)
            {
                rows += message.Batch?.Length ?? 0;
                message.Batch?.Release();
            }
        }

        return rows;
    }

    private static async Task<int> RowsAsync(FlightBatchReader reader)
    {
        FlightBatch? message = await reader.ReadAsync();
        int rows = message?.Batch?.Length ?? 0;
        message?.Batch?.Release();
        return rows;
    }

    private static async Task<List<string>> PrintAsync(FlightBatchReader reader)
    {
        List<string> texts = [];
        await using (reader)
        {
            while (await reader.ReadAsync() is { } message)
            {
                texts.Add(RecordBatchPrinter.Print(message.Batch!));
                message.Batch!.Release();
            }
        }

        return texts;
    }

    /// <summary>Checks the columns that were promised and those that came, and gives the rows in one line.</summary>
    private static async Task<string> LinesAsync(FlightSqlClient client, FlightInfo info, Schema expected)
    {
        Assert.Equal(expected, info.DecodeSchema());
        await using FlightBatchReader reader = await client.ReadAsync(Assert.Single(info.Endpoints));
        Assert.Equal(expected, await reader.ReadSchemaAsync());
        var lines = new StringBuilder();
        while (await reader.ReadAsync() is { } message)
        {
            for (int row = 0; row < message.Batch!.Length; row++)
            {
                RecordBatchPrinter.AppendRow(lines.Append(lines.Length == 0 ? string.Empty : "|"), message.Batch, row);
            }

            message.Batch.Release();
        }

        return lines.ToString();
    }

    private static async Task FailsAsync(GrpcStatusCode code, string text, Func<Task> act, string? message = null)
    {
        GrpcException error = await Assert.ThrowsAsync<GrpcException>(act);
        Assert.Equal(code, error.Status.Code);
        Assert.Contains(message ?? text, error.Status.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>Is a clock that a test moves.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private long _ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
    }
}
