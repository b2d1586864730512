using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data;
using Dapper;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: what users of other providers are used to works against a whole server: parameters of all types, tables that load, Dapper's
/// mapping of several types and lists, cancelling, batches. Method: each habit as they write it, with the answers that SQL defines.
/// </summary>
public sealed class UserHabitTests
{
    private static readonly Dictionary<string, (string Type, object Value)> s_values = new()
    {
        ["bool"] = ("BOOLEAN", true),
        ["sbyte"] = ("TINYINT", (sbyte)-5),
        ["byte"] = ("SMALLINT", (byte)200),
        ["short"] = ("SMALLINT", (short)-300),
        ["ushort"] = ("INT", (ushort)60_000),
        ["int"] = ("INT", -70_000),
        ["uint"] = ("BIGINT", 3_000_000_000u),
        ["long"] = ("BIGINT", -5_000_000_000L),
        ["ulong"] = ("DECIMAL(20, 0)", ulong.MaxValue),
        ["float"] = ("FLOAT", 1.25f),
        ["double"] = ("DOUBLE", -0.1),
        ["decimal"] = ("DECIMAL(10, 3)", 12345.678m),
        ["string"] = ("STRING", "it's ä \"text\""),
        ["char"] = ("STRING", 'x'),
        ["Guid"] = ("STRING", new Guid("00112233-4455-6677-8899-aabbccddeeff")),
        ["byte[]"] = ("BYTES", new byte[] { 0, 1, 255 }),
        ["DateOnly"] = ("DATE", new DateOnly(2024, 2, 29)),
        ["TimeOnly"] = ("TIME(3)", new TimeOnly(23, 59, 58, 123)),
        ["TimeSpan"] = ("TIME(3)", new TimeSpan(0, 1, 2, 3, 4)),
        ["DateTime"] = ("TIMESTAMP(3)", new DateTime(2026, 11, 23, 1, 2, 3, 456)),
        ["DateTime UTC"] = ("TIMESTAMP_LTZ(3)", new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc)),
        ["DateTimeOffset"] = ("TIMESTAMP_LTZ(3)", new DateTimeOffset(2026, 11, 23, 1, 2, 3, TimeSpan.FromHours(8))),
    };

    public static TheoryData<string> Names => [.. s_values.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_parameter_comes_back_as_what_it_was(string name)
    {
        (string type, object value) = s_values[name];
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand($"SELECT CAST(@v AS {type}) AS v");
        command.Parameters.AddWithValue("v", value);
        await using (ColumnStreamDataReader reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            object back = value switch
            {
                ulong => (ulong)reader.GetFieldValue<decimal>(0),
                char => reader.GetChar(0),
                Guid => Guid.Parse(reader.GetString(0)),
                TimeSpan => reader.GetFieldValue<TimeSpan>(0),
                DateTimeOffset => reader.GetFieldValue<DateTimeOffset>(0),
                byte => reader.GetByte(0),
                ushort => reader.GetFieldValue<ushort>(0),
                uint => reader.GetFieldValue<uint>(0),
                _ => reader.GetValue(0),
            };
            Assert.Equal(value, back);
        }

        command.Parameters[0].Value = DBNull.Value;
        await using ColumnStreamDataReader none = await command.ExecuteReaderAsync();
        Assert.True(await none.ReadAsync());
        Assert.True(none.IsDBNull(0));
    }

    [Fact]
    public async Task Tables_load_and_adapters_fill_from_a_server()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        const string Rows = "SELECT * FROM (VALUES (1, 'a', CAST(1.5 AS DECIMAL(10, 2)), DATE '2026-01-02', ARRAY[1, 2]), "
            + "(2, CAST(NULL AS STRING), CAST(NULL AS DECIMAL(10, 2)), CAST(NULL AS DATE), CAST(NULL AS ARRAY<INT>))) "
            + "AS t(id, name, price, d, list)";
        await using (DbDataReader reader = await connection.CreateCommand(Rows).ExecuteReaderAsync())
        {
            using var table = new DataTable();
            table.Load(reader);
            Assert.Equal(2, table.Rows.Count);
            Assert.Equal(
                [typeof(int), typeof(string), typeof(decimal), typeof(DateOnly), typeof(int?[])],
                table.Columns.Cast<DataColumn>().Select(c => c.DataType));
            Assert.Equal(DBNull.Value, table.Rows[1]["name"]);
        }

        using var adapter = new ColumnStreamDataAdapter(connection.CreateCommand(Rows));
        using var set = new DataSet();
        Assert.Equal(2, adapter.Fill(set, "t"));
        Assert.Equal(1.5m, set.Tables["t"]!.Rows[0]["price"]);
        using var paged = new DataTable();
        Assert.Equal(1, adapter.Fill(1, 1, paged));
        Assert.Equal(2, paged.Rows[0]["id"]);
    }

    [Fact]
    public async Task Dapper_maps_several_types_lists_and_arrays()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        const string Orders = "(VALUES (1, 'x', 7, 'ann'), (2, 'y', 8, 'bob'), (3, 'z', 7, 'ann')) AS t(Id, Item, CustomerId, Name)";
        List<Order> orders = [.. await connection.QueryAsync<Order, Customer, Order>(
            $"SELECT Id, Item, CustomerId, Name FROM {Orders} ORDER BY Id", (order, customer) => order with { Customer = customer },
            splitOn: "CustomerId")];
        Assert.Equal([new Order(1, "x") { Customer = new Customer(7, "ann") }, new Order(2, "y") { Customer = new Customer(8, "bob") }],
            orders.Take(2));
        Assert.Equal([1, 3], await connection.QueryAsync<int>(
            $"SELECT Id FROM {Orders} WHERE Id IN @ids ORDER BY Id", new { ids = new[] { 1, 3 } }));
        Tagged tagged = await connection.QuerySingleAsync<Tagged>("SELECT 1 AS Id, ARRAY['a', 'b'] AS Tags");
        Assert.Equal(["a", "b"], tagged.Tags);
        await using SqlMapper.GridReader several = await connection.QueryMultipleAsync("SELECT 1 AS Id");
        Assert.Equal(1, await several.ReadSingleAsync<int>());
        IDictionary<string, object?> row = await connection.QuerySingleAsync("SELECT 1 AS a, CAST(NULL AS STRING) AS b");
        Assert.Equal((1, null), (row["a"], row["b"]));
        await using DbDataReader reader = await connection.ExecuteReaderAsync($"SELECT Id, Item FROM {Orders} ORDER BY Id");
        Func<DbDataReader, Order> parse = reader.GetRowParser<Order>();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(new Order(1, "x"), parse(reader));
        List<int> streamed = [];
        await foreach (int id in connection.QueryUnbufferedAsync<int>($"SELECT Id FROM {Orders}"))
        {
            streamed.Add(id);
        }

        Assert.Equal([1, 2, 3], streamed.Order());
    }

    [Fact]
    public async Task Batches_give_their_results_in_order_and_tell_where_they_failed()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using DbConnection connection = await ((DbDataSource)served.Source).OpenConnectionAsync();
        Assert.True(connection.CanCreateBatch);
        await using DbBatch batch = connection.CreateBatch();
        foreach (string sql in new[] { "SELECT 1 AS a", "SELECT ? AS b", "SELEC" })
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = sql;
            batch.BatchCommands.Add(command);
        }

        Assert.True(batch.BatchCommands[1].CanCreateParameter);
        DbParameter parameter = batch.BatchCommands[1].CreateParameter();
        parameter.Value = "two";
        batch.BatchCommands[1].Parameters.Add(parameter);
        await using (DbDataReader reader = await batch.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(("a", 1), (reader.GetName(0), reader.GetInt32(0)));
            Assert.True(await reader.NextResultAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(("b", "two"), (reader.GetName(0), reader.GetString(0)));
            DbException failed = await Assert.ThrowsAsync<ColumnStreamException>(() => reader.NextResultAsync());
            Assert.Same(batch.BatchCommands[2], failed.BatchCommand);
        }

        batch.BatchCommands.RemoveAt(2);
        Assert.Equal(1, await batch.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_query_without_end_is_cancelled_by_token_command_and_dispose()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(
            "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000')").ExecuteNonQueryAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("SELECT id FROM endless");
        await using (ColumnStreamDataReader reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            command.Cancel();
            DbException over = await Assert.ThrowsAnyAsync<DbException>(async () =>
            {
                while (await reader.ReadAsync())
                {
                }
            });
            Assert.Equal("57014", over.SqlState);
        }

        using var ending = new CancellationTokenSource();
        await using (ColumnStreamDataReader reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            await ending.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (await reader.ReadAsync(ending.Token))
                {
                }
            });
        }

        await using (ColumnStreamDataReader reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteReaderAsync(new CancellationToken(canceled: true)));
        Assert.Equal(7, await connection.CreateCommand("SELECT 7").ExecuteScalarAsync());
        long from = TimeProvider.System.GetTimestamp();
        while (served.Source.UsedBytes > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from).TotalSeconds < 60, "memory is left");
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task Closed_disposed_and_misused_objects_say_so()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        ColumnStreamConnection connection = served.Source.CreateConnection();
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Throws<InvalidOperationException>(() => connection.CreateCommand("SELECT 1").ExecuteScalar());
        await connection.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await connection.BeginTransactionAsync());
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT 1 AS a, 'x' AS b").ExecuteReaderAsync();
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetName(2));
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetOrdinal("c"));
        Assert.True(reader.Read());
        Assert.Equal(1, reader.GetOrdinal("B"));
        Assert.Equal("x", await reader.GetFieldValueAsync<string>(1));
        Assert.False(await reader.IsDBNullAsync(0));
        using TextReader text = reader.GetTextReader(1);
        Assert.Equal("x", text.ReadToEnd());
        await reader.CloseAsync();
        Assert.True(reader.IsClosed);
        Assert.Throws<InvalidOperationException>(() => reader.Read());
        await connection.CloseAsync();
        await connection.CloseAsync();
        await connection.OpenAsync();
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal(2, await served.Source.CreateCommand("SELECT 2").ExecuteScalarAsync());
        await using DbBatch batch = served.Source.CreateBatch();
        DbBatchCommand single = batch.CreateBatchCommand();
        single.CommandText = "SELECT 3";
        batch.BatchCommands.Add(single);
        Assert.Equal(3, await batch.ExecuteScalarAsync());
    }

    private sealed record Order(int Id, string Item)
    {
        public Customer? Customer { get; init; }
    }

    private sealed record Customer(int CustomerId, string Name);

    private sealed class Tagged
    {
        public int Id { get; set; }

        public string[] Tags { get; set; } = [];
    }
}
