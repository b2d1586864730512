using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Tests.Data;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: options of a session change what its client gets, and nobody else's. Method: the whole server by the driver, which reads the
/// types as they come.
/// </summary>
public sealed class ClientOptionTests
{
    private const string AllTypes = "SELECT CAST(12.345 AS DECIMAL(10, 3)) AS small, CAST(-0.5 AS DECIMAL(38, 18)) AS wide, "
        + "DATE '1969-12-31' AS d, TIME '01:02:03' AS t, CAST(TIMESTAMP '2026-01-02 03:04:05.123456789' AS TIMESTAMP(9)) AS ns, "
        + "CAST(TIMESTAMP '2026-01-02 03:04:05.123' AS TIMESTAMP(3)) AS ms, ARRAY[1, 2] AS a, MAP['k', 1] AS m, "
        + "ROW(1, 'x') AS r, 'text' AS s, CAST(7 AS BIGINT) AS n, TRUE AS b, CAST(NULL AS DECIMAL(5, 2)) AS nothing";

    [Fact]
    public async Task Basic_types_are_those_that_older_readers_know()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection exact = await served.Source.OpenConnectionAsync();
        await using ColumnStreamConnection basic = await served.Source.OpenConnectionAsync();
        await SetAsync(basic, SqlSessionOptions.Types, "basic");
        await using ColumnStreamDataReader reader = await basic.CreateCommand(AllTypes).ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        var values = new object[reader.FieldCount];
        reader.GetValues(values);
        Assert.Contains("\"x\"", Assert.IsType<string>(values[8]), StringComparison.Ordinal);
        Assert.Equal(
            [
                12.345, -0.5, new DateTime(1969, 12, 31), "01:02:03", new DateTime(2026, 1, 2, 3, 4, 5).AddTicks(1234560),
                new DateTime(2026, 1, 2, 3, 4, 5, 123), "[1,2]", "{\"k\":1}", values[8], "text", 7L, true, DBNull.Value,
            ],
            values);
        TypeId[] known = [TypeId.Utf8, TypeId.Int32, TypeId.Int64, TypeId.Float64, TypeId.Bool, TypeId.Timestamp];
        Assert.All(reader.Schema.Fields, field => Assert.Contains(field.Type.Id, known));

        // The columns that were promised are those that come.
        FlightInfo info = await basic.Client.QueryAsync(AllTypes, basic.Session().Options(default));
        Assert.Equal(reader.Schema, info.DecodeSchema());
        await using ColumnStreamDataReader plain = await exact.CreateCommand(AllTypes).ExecuteReaderAsync();
        Assert.True(await plain.ReadAsync());
        Assert.Equal(12.345m, plain.GetDecimal(0));
        Assert.Equal(TypeId.List, plain.Schema.Fields[6].Type.Id);
        await Assert.ThrowsAsync<ColumnStreamException>(() => SetAsync(basic, SqlSessionOptions.Types, "other"));
        await SetAsync(basic, SqlSessionOptions.Types, null);
        Assert.Equal(12.345m, await basic.CreateCommand(AllTypes).ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_result_without_end_is_over_behind_the_rows_that_are_wanted()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(
            "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000')").ExecuteNonQueryAsync();
        await SetAsync(connection, SqlSessionOptions.MaxRows, 5000L);
        long rows = 0;
        await foreach (RecordBatch batch in connection.CreateCommand("SELECT id FROM endless").ExecuteBatchesAsync())
        {
            rows += batch.Length;
        }

        Assert.Equal(5000, rows);
        Assert.Equal(0L, await connection.CreateCommand(
            "SELECT COUNT(*) FROM sys.jobs WHERE status = 'RUNNING' AND job < (SELECT MAX(job) FROM sys.jobs)").ExecuteScalarAsync());

        // What ends by itself is not cut.
        rows = 0;
        await foreach (RecordBatch batch in connection.CreateCommand(
            "SELECT id FROM endless /*+ OPTIONS('number-of-rows' = '5001') */").ExecuteBatchesAsync())
        {
            rows += batch.Length;
        }

        Assert.Equal(5001, rows);
        await Assert.ThrowsAsync<ColumnStreamException>(() => SetAsync(connection, SqlSessionOptions.MaxRows, "0"));
    }

    [Fact]
    public async Task A_quiet_result_shows_signs_of_life()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        string path = Path.Combine(served.Folder, "watched");
        Directory.CreateDirectory(path);
        await connection.CreateCommand(
            "CREATE TABLE watched (a INT, s STRING, r ROW<x INT>, l ARRAY<INT>) WITH ('connector' = 'filesystem', 'format' = 'json', "
            + $"'source.monitor-interval' = '50 ms', 'path' = '{path}')").ExecuteNonQueryAsync();
        await SetAsync(connection, SqlSessionOptions.KeepAlive, "20 ms");
        GrpcCallOptions options = connection.Session().Options(default);
        FlightInfo info = await connection.Client.QueryAsync("SELECT * FROM watched", options);
        await using (FlightBatchReader reader = await connection.Client.ReadAsync(info.Endpoints[0], options))
        {
            for (int signs = 0; signs < 3; signs++)
            {
                FlightBatch sign = (await reader.ReadAsync())!.Value;
                Assert.Equal((0, 4), (sign.Batch!.Length, sign.Batch.Columns.Length));
                sign.Batch.Release();
            }

            await File.WriteAllTextAsync(
                Path.Combine(served.Folder, "rows"), "{\"a\":1,\"s\":\"x\",\"r\":{\"x\":1},\"l\":[1]}\n");
            File.Move(Path.Combine(served.Folder, "rows"), Path.Combine(path, "rows"));
            int rows = 0;
            while (rows == 0)
            {
                RecordBatch batch = (await reader.ReadAsync())!.Value.Batch!;
                rows += batch.Length;
                batch.Release();
            }
        }

        // By the driver such batches are no batches.
        await foreach (RecordBatch batch in connection.CreateCommand("SELECT * FROM watched").ExecuteBatchesAsync())
        {
            Assert.Equal(1, batch.Length);
            break;
        }
    }

    [Fact]
    public async Task A_prepared_query_keeps_the_columns_that_were_promised_or_says_that_they_changed()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("SELECT a FROM (VALUES (1)) AS t (a) GROUP BY a");
        await command.PrepareAsync();
        await SetAsync(connection, "sql-client.execution.result-mode", "CHANGELOG");
        Assert.Equal(1, await command.ExecuteScalarAsync());
        Assert.Equal("+I", await connection.CreateCommand(command.CommandText).ExecuteScalarAsync());
        await SetAsync(connection, "sql-client.execution.result-mode", null);

        const string Table = "CREATE TABLE t (a {0}) WITH ('connector' = 'datagen', 'number-of-rows' = '1')";
        await connection.CreateCommand(string.Format(CultureInfo.InvariantCulture, Table, "INT")).ExecuteNonQueryAsync();
        command.CommandText = "SELECT a FROM t";
        await command.PrepareAsync();
        await connection.CreateCommand("DROP TABLE t").ExecuteNonQueryAsync();
        await connection.CreateCommand(string.Format(CultureInfo.InvariantCulture, Table, "STRING")).ExecuteNonQueryAsync();
        ColumnStreamException changed = await Assert.ThrowsAsync<ColumnStreamException>(() => command.ExecuteScalarAsync());
        Assert.Equal("CST3162", changed.Code);
    }

    private static Task SetAsync(ColumnStreamConnection connection, string name, object? value) =>
        connection.SetOptionsAsync(new Dictionary<string, object?> { [name] = value });
}
