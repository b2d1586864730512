using System;
using System.Collections.Generic;
using System.Data;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: rows of any provider come into a table as they are. Method: DataTables and readers against a whole server, read back by a
/// query; what is broken off is watched at a backend that writes down what came.
/// </summary>
public sealed class BulkCopyTests
{
    private static readonly Field[] s_fields = [new("id", DataType.Int64), new("name", DataType.Utf8)];

    [Fact]
    public async Task Rows_of_a_table_arrive_in_the_types_of_its_columns()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(
            "CREATE TABLE t (id BIGINT, name STRING, price DECIMAL(10, 2), d DATE, tm TIME(3), ts TIMESTAMP(3), z TIMESTAMP_LTZ(6), "
            + "f DOUBLE, ok BOOLEAN, s SMALLINT, twice AS id * 2) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
            + Path.Combine(served.Folder, "t") + "')").ExecuteNonQueryAsync();
        using var table = new DataTable();
        foreach ((string name, Type type) in new (string, Type)[]
        {
            ("ID", typeof(int)), ("label", typeof(string)), ("price", typeof(decimal)), ("d", typeof(DateTime)), ("tm", typeof(TimeSpan)),
            ("ts", typeof(DateTime)), ("z", typeof(DateTimeOffset)), ("f", typeof(float)), ("ok", typeof(bool)), ("s", typeof(long)),
        })
        {
            table.Columns.Add(name, type);
        }

        var at = new DateTime(1969, 12, 31, 23, 59, 59, 999);
        table.Rows.Add(
            1, "a'ä", 12.5m, new DateTime(2026, 2, 28), new TimeSpan(0, 1, 2, 3, 4), at,
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(8)), 1.5f, true, -7L);
        table.Rows.Add([2, .. Enumerable.Repeat<object>(DBNull.Value, 9)]);
        var copy = new ColumnStreamBulkCopy(connection) { DestinationTableName = "t" };
        InvalidOperationException missing = await Assert.ThrowsAsync<InvalidOperationException>(() => copy.WriteToServerAsync(table));
        Assert.Contains("Table has no column 'label'. It has id, name, price", missing.Message, StringComparison.Ordinal);
        foreach (DataColumn column in table.Columns)
        {
            copy.ColumnMappings.Add(new ColumnStreamColumnMapping(
                column.ColumnName, column.ColumnName == "label" ? "name" : column.ColumnName));
        }

        Assert.Equal(2, await copy.WriteToServerAsync(table));
        Assert.Equal(2, copy.RowsCopied);
        await using ColumnStreamDataReader reader = await connection.CreateCommand(
            "SELECT id, name, price, d, tm, ts, z, f, ok, s, twice FROM t ORDER BY id").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        var values = new object[reader.FieldCount];
        reader.GetValues(values);
        Assert.Equal(
            [
                1L, "a'ä", 12.50m, new DateOnly(2026, 2, 28), new TimeOnly(1, 2, 3, 4), at, new DateTime(2026, 1, 1, 19, 4, 5), 1.5,
                true, (short)-7, 2L,
            ],
            values);
        Assert.True(await reader.ReadAsync());
        reader.GetValues(values);
        Assert.Equal([2L, .. Enumerable.Repeat<object>(DBNull.Value, 9), 4L], values);

        table.Rows.Add([3, .. Enumerable.Repeat<object>(DBNull.Value, 8), 40_000L]);
        InvalidCastException wide = await Assert.ThrowsAsync<InvalidCastException>(() => copy.WriteToServerAsync(table));
        Assert.Contains("Row 3 has a value that does not fit column 's'", wide.Message, StringComparison.Ordinal);
        Assert.Equal(2L, await connection.CreateCommand("SELECT COUNT(*) FROM t").ExecuteScalarAsync());
    }

    [Fact]
    public async Task Readers_and_batches_are_counted_told_of_and_make_a_table_where_that_is_asked_for()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await using ColumnStreamConnection other = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(
            "CREATE TABLE numbers (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5000', "
            + "'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '5000')").ExecuteNonQueryAsync();
        var copy = new ColumnStreamBulkCopy(connection)
        {
            DestinationTableName = "copies", CreateIfMissing = true, BatchSize = 1000, NotifyAfter = 2_000,
            Options = { ["connector"] = "filesystem", ["format"] = "json", ["path"] = Path.Combine(served.Folder, "copies") },
        };
        List<long> told = [];
        copy.ColumnStreamRowsCopied += (_, progress) => told.Add(progress.RowsCopied);
        await using (ColumnStreamDataReader reader = await other.CreateCommand("SELECT id, name FROM numbers").ExecuteReaderAsync())
        {
            Assert.Equal(5_000, await copy.WriteToServerAsync(reader));
        }

        Assert.Equal([2_000, 4_000], told);
        copy.ColumnMappings.Add(new ColumnStreamColumnMapping("number", "id"));
        var schema = new Schema(new Field("text", DataType.Utf8), new Field("number", DataType.Int64));
        Assert.Equal(
            5_000, await copy.WriteToServerAsync(
                schema, other.CreateCommand("SELECT name AS text, id AS number FROM numbers").ExecuteBatchesAsync()));
        Assert.Equal(
            "10000|5000|5000", await connection.CreateCommand(
                "SELECT CAST(COUNT(*) AS STRING) || '|' || CAST(COUNT(name) AS STRING) || '|' || CAST(MAX(id) AS STRING) FROM copies")
                .ExecuteScalarAsync());
        copy.DestinationTableName = "nowhere";
        copy.CreateIfMissing = false;
        ColumnStreamException refused = await Assert.ThrowsAsync<ColumnStreamException>(
            () => copy.WriteToServerAsync(schema, other.CreateCommand("SELECT name, id FROM numbers").ExecuteBatchesAsync()));
        Assert.Equal(("42S02", "CST2001"), (refused.SqlState, refused.Code));
    }

    [Fact]
    public async Task What_is_broken_off_makes_no_table_and_leaves_no_memory()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        var copy = new ColumnStreamBulkCopy(connection)
        {
            DestinationTableName = "t", CreateIfMissing = true, BatchSize = 10, NotifyAfter = 20,
        };
        copy.ColumnStreamRowsCopied += static (_, progress) => progress.Abort = progress.RowsCopied >= 60;
        await Assert.ThrowsAsync<OperationCanceledException>(() => copy.WriteToServerAsync(Table(1000)));
        Assert.Equal(60, copy.RowsCopied);

        using var cancellation = new CancellationTokenSource();
        copy.NotifyAfter = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copy.WriteToServerAsync(
            new Schema(s_fields), Endless(server.Server.Allocator, cancellation), cancellation.Token));
        copy.BulkCopyTimeout = 1;
        ColumnStreamException late = await Assert.ThrowsAsync<ColumnStreamException>(
            () => copy.WriteToServerAsync(new Schema(s_fields), Endless(server.Server.Allocator, null)));
        Assert.Contains("BulkCopyTimeout", late.Message, StringComparison.Ordinal);
        Assert.False(server.Server.Backend.Tables.ContainsKey("t"));
        copy.BulkCopyTimeout = 0;
        Assert.Equal(1000, await copy.WriteToServerAsync(Table(1000)));
        Assert.Equal(100, server.Server.Backend.Tables["t"].Batches.Count);
        Assert.Equal(0, server.Source.UsedBytes);
    }

    private static DataTable Table(int rows)
    {
        var table = new DataTable();
        table.Columns.Add("id", typeof(long));
        table.Columns.Add("name", typeof(string));
        for (int i = 0; i < rows; i++)
        {
            table.Rows.Add((long)i, "x");
        }

        return table;
    }

    /// <summary>Gives batches of no rows until it is ended, which <paramref name="cancellation"/> does behind the third.</summary>
    private static async IAsyncEnumerable<RecordBatch> Endless(
        BufferAllocator allocator, CancellationTokenSource? cancellation, [EnumeratorCancellation] CancellationToken ended = default)
    {
        for (int i = 0; ; i++)
        {
            if (i == 3)
            {
                if (cancellation is not null)
                {
                    await cancellation.CancelAsync();
                }

                await Task.Delay(Timeout.Infinite, ended);
            }

            var batch = new RecordBatch(new Schema(s_fields), [.. s_fields.Select(field => NoRows(field, allocator))], 0);
            yield return batch;
            batch.Release();
        }
    }

    private static ArrayData NoRows(Field field, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(field.Type, allocator, 1);
        return builder.Finish();
    }
}
