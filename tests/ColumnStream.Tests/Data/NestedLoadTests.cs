using System;
using System.Collections.Generic;
using System.Data;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using ColumnStream.Data.Parameters;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: lists, maps and records come into a table as they are, from values of .NET and from batches in any layout of Arrow. Method: rows
/// written to a whole server and read back by SQL, with nulls at every level; what does not fit must be refused by name.
/// </summary>
public sealed class NestedLoadTests
{
    private const string Columns =
        "id BIGINT, tags ARRAY<STRING>, scores ARRAY<ARRAY<INT>>, attributes MAP<STRING, DECIMAL(10, 2)>, "
        + "lists MAP<INT, ARRAY<DATE>>, r ROW<a INT, b ROW<c STRING, d TIMESTAMP(3)>>, items ARRAY<ROW<x DOUBLE, y BOOLEAN>>";

    private static readonly DateTime s_noon = new(2026, 11, 23, 12, 0, 0);

    [Fact]
    public async Task Values_of_dotnet_go_into_nested_columns_and_come_back()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await MakeAsync(connection, served, "t", Columns);
        using var table = new DataTable();
        foreach (string name in new[] { "id", "tags", "scores", "attributes", "lists", "r", "items" })
        {
            table.Columns.Add(name, typeof(object));
        }

        table.Rows.Add(
            1L, new[] { "a", null, "ü" }, new List<int[]?> { new[] { 1, 2 }, null, Array.Empty<int>() },
            new Dictionary<string, decimal?> { ["p"] = 1.5m, ["q"] = null },
            new SortedDictionary<int, DateOnly[]?> { [1] = [new DateOnly(2026, 2, 28)], [2] = null },
            (7, ("c", s_noon)),
            new object?[] { (0.5, true), null, new object?[] { null, false } });
        table.Rows.Add(
            2L, Array.Empty<string>(), Enumerable.Empty<int[]>(), new Dictionary<string, decimal>(), DBNull.Value,
            new Dictionary<string, object?> { ["B"] = new object?[] { null, null }, ["a"] = 8 },
            new List<Dictionary<string, object?>> { new() { ["y"] = true } });
        table.Rows.Add(3L, DBNull.Value, DBNull.Value, DBNull.Value, new Dictionary<object, object?>(), (null as int?, null as object));
        Assert.Equal(3, await new ColumnStreamBulkCopy(connection) { DestinationTableName = "t" }.WriteToServerAsync(table));

        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t ORDER BY id").ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(new[] { "a", null, "ü" }, reader.GetFieldValue<string?[]>(1));
        object?[] scores = reader.GetFieldValue<object?[]>(2);
        Assert.Equal([1, 2], (int?[])scores[0]!);
        Assert.Null(scores[1]);
        Assert.Empty((int?[])scores[2]!);
        Assert.Equal(
            new Dictionary<object, object?> { ["p"] = 1.5m, ["q"] = null }, reader.GetFieldValue<Dictionary<object, object?>>(3));
        var lists = reader.GetFieldValue<Dictionary<object, object?>>(4);
        Assert.Equal([new DateOnly(2026, 2, 28)], (DateOnly?[])lists[1]!);
        Assert.Null(lists[2]);
        var record = reader.GetFieldValue<Dictionary<string, object?>>(5);
        Assert.Equal((7, "c", s_noon), (record["a"], Inner(record)["c"], Inner(record)["d"]));
        var items = reader.GetFieldValue<Dictionary<string, object?>?[]>(6);
        Assert.Equal((0.5, true), (items[0]!["x"], items[0]!["y"]));
        Assert.Null(items[1]);
        Assert.Equal((null, false), (items[2]!["x"], items[2]!["y"]));
        Assert.True(await reader.ReadAsync());
        Assert.Empty(reader.GetFieldValue<string?[]>(1));
        Assert.Empty(reader.GetFieldValue<Dictionary<object, object?>>(3));
        Assert.True(reader.IsDBNull(4));
        record = reader.GetFieldValue<Dictionary<string, object?>>(5);
        Assert.Equal((8, null, null), (record["a"], Inner(record)["c"], Inner(record)["d"]));
        Assert.Equal((null, true), (reader.GetFieldValue<Dictionary<string, object?>?[]>(6)[0]!["x"], true));
        Assert.True(await reader.ReadAsync());
        Assert.True(reader.IsDBNull(1) && reader.IsDBNull(2) && reader.IsDBNull(3) && reader.IsDBNull(6));
        Assert.Empty(reader.GetFieldValue<Dictionary<object, object?>>(4));
        Assert.Null(reader.GetFieldValue<Dictionary<string, object?>>(5)["b"]);
        await CopyAsync(connection, served);
    }

    [Theory]
    [InlineData("tags", "1", "is no list")]
    [InlineData("attributes", "text", "is no map")]
    [InlineData("r", "text", "is no record")]
    [InlineData("r", "short", "Record has 1 values for 2 fields")]
    [InlineData("r", "unknown", "no field 'z'. It has a, b")]
    [InlineData("scores", "wide", "An item is no int32")]
    [InlineData("items", "strict", "Field 'y' may not be null")]
    public async Task Values_that_do_not_fit_are_told_with_row_column_and_part(string column, string value, string expected)
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await MakeAsync(connection, served, "t", Columns.Replace("y BOOLEAN", "y BOOLEAN NOT NULL", StringComparison.Ordinal));
        using var table = new DataTable();
        table.Columns.Add(column, typeof(object));
        table.Rows.Add(value switch
        {
            "short" => new object[] { 1 },
            "unknown" => new Dictionary<string, object?> { ["z"] = 1 },
            "wide" => new[] { new[] { 1L << 40 } },
            "strict" => new[] { (0.5, (bool?)null) },
            _ => value,
        });
        InvalidCastException refused = await Assert.ThrowsAsync<InvalidCastException>(
            () => new ColumnStreamBulkCopy(connection) { DestinationTableName = "t" }.WriteToServerAsync(table));
        Assert.StartsWith($"Row 1 has a value that does not fit column '{column}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(served.Folder, "t")), "something was written");
    }

    public static TheoryData<string> Layouts => [.. Cases().Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Batches_of_every_layout_are_taken_or_refused_by_name(string name)
    {
        Layout layout = Cases().Single(c => c.Name == name);
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await MakeAsync(connection, served, "t", $"c {layout.SqlType}");
        RecordBatch batch = BatchOf(served, layout);
        try
        {
            var copy = new ColumnStreamBulkCopy(connection) { DestinationTableName = "t" };
            if (layout.Expected is null)
            {
                ColumnStreamException refused = await Assert.ThrowsAsync<ColumnStreamException>(() => copy.WriteToServerAsync(batch));
                Assert.Equal("CST3164", refused.Code);
                Assert.Contains(layout.Refusal, refused.Message, StringComparison.Ordinal);
                return;
            }

            Assert.Equal(layout.Values.Length, await copy.WriteToServerAsync(batch));
            List<string?> rows = [];
            await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT CAST(c AS STRING) FROM t").ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
            }

            Assert.Equal(layout.Expected.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>Breaks when bytes that are no text come into a table as text.</summary>
    [Theory]
    [InlineData(TypeId.Utf8)]
    [InlineData(TypeId.LargeUtf8)]
    [InlineData(TypeId.Utf8View)]
    public async Task Text_that_is_not_UTF8_is_refused_with_its_row(TypeId id)
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await MakeAsync(connection, served, "t", "c STRING");
        var type = id switch { TypeId.Utf8 => DataType.Utf8, TypeId.LargeUtf8 => DataType.LargeUtf8, _ => DataType.Utf8View };
        using ColumnBuilder builder = ColumnBuilder.Create(type, served.Source.Allocator, 16);
        foreach (byte[] bytes in new[] { "good"u8.ToArray(), [0x66, 0xFF, 0x66], [0xED, 0xA0, 0x80] })
        {
            Action<byte[]> append = builder switch
            {
                BinaryBuilder b => value => b.Append(value),
                LargeBinaryBuilder b => value => b.Append(value),
                _ => value => ((ViewBuilder)builder).Append(value),
            };
            append(bytes);
        }

        ArrayData column = builder.Finish();
        var batch = new RecordBatch(new Schema(new Field("c", type)), [column], column.Length);
        ColumnStreamException refused = await Assert.ThrowsAsync<ColumnStreamException>(
            () => new ColumnStreamBulkCopy(connection) { DestinationTableName = "t" }.WriteToServerAsync(batch));
        batch.Release();
        Assert.Contains("UTF-8 in row 1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await connection.CreateCommand("SELECT COUNT(*) FROM t").ExecuteScalarAsync());
    }

    private static IEnumerable<Layout> Cases()
    {
        var item = new Field("item", DataType.Int32);
        DataType pair = DataType.Struct(new Field("a", DataType.Int32), new Field("b", DataType.Utf8));
        object?[] lists = [new int?[] { 1, null }, null, Array.Empty<int>()];
        string?[] printed = ["[1, NULL]", null, "[]"];
        yield return new("large utf8", DataType.LargeUtf8, "STRING", ["a", null], ["a", null]);
        yield return new("views of text", DataType.Utf8View, "STRING", ["longer than twelve bytes", null], ["longer than twelve bytes", null]);
        yield return new("numbered text", DataType.Dictionary(DataType.Int8, DataType.Utf8), "STRING", ["a", null, "a"], ["a", null, "a"]);
        yield return new(
            "runs", DataType.RunEndEncoded(DataType.Int32, new Field("values", DataType.Int64)),
            "BIGINT", [5L, 5L, null], ["5", "5", null]);
        yield return new("unsigned", DataType.UInt64, "DECIMAL(20, 0)", [ulong.MaxValue], ["18446744073709551615"]);
        yield return new("narrow", DataType.Int8, "BIGINT", [(sbyte)-3], ["-3"]);
        yield return new("seconds", DataType.Timestamp(TimeUnit.Second), "TIMESTAMP(3)", [s_noon], ["2026-11-23 12:00:00.000"]);
        yield return new("microseconds of a day", DataType.Time64(TimeUnit.Microsecond), "TIME(3)", [new TimeOnly(1, 2, 3)], ["01:02:03.000"]);
        yield return new("list", DataType.List(item), "ARRAY<INT>", lists, printed);
        yield return new("wider list", DataType.List(item), "ARRAY<BIGINT>", lists, printed);
        yield return new("large list", DataType.LargeList(item), "ARRAY<INT>", lists, printed);
        yield return new("view of lists", DataType.ListView(item), "ARRAY<INT>", lists, printed);
        yield return new("list of one size", DataType.FixedSizeList(item, 2), "ARRAY<INT>", [new[] { 1, 2 }, null], ["[1, 2]", null]);
        yield return new(
            "list of numbered text", DataType.List(new Field("x", DataType.Dictionary(DataType.Int32, DataType.Utf8))),
            "ARRAY<STRING>", [new[] { "b", "b", null }], ["[b, b, NULL]"]);
        yield return new(
            "list of nothing", DataType.List(new Field("item", DataType.Null)),
            "ARRAY<STRING>", [Array.Empty<string>(), null], ["[]", null]);
        yield return new("nothing", DataType.Null, "MAP<STRING, INT>", [null, null], [null, null]);
        yield return new(
            "map", DataType.Map(DataType.Utf8, DataType.Int32),
            "MAP<STRING, INT>", [new Dictionary<string, int?> { ["k"] = null }, null], ["{k=NULL}", null]);
        yield return new(
            "multiset", DataType.Map(DataType.Utf8, DataType.Int32),
            "MULTISET<STRING>", [new Dictionary<string, int> { ["k"] = 2 }], ["{k=2}"]);
        yield return new("record by name", pair, "ROW<b STRING, a BIGINT>", [(1, "x"), null, (null as int?, "y")], ["(x, 1)", null, "(y, NULL)"]);
        yield return new("elapsed", DataType.Duration(TimeUnit.Second), "BIGINT", [null], null, "'c' comes as duration[s]");
        yield return new("record without a field", pair, "ROW<a INT, z STRING>", [(1, "x")], null, "which does not fit ROW<`a` INT, `z` STRING>");
        yield return new(
            "two fields of one name", DataType.Struct(new Field("a", DataType.Int32), new Field("a", DataType.Int32)),
            "ROW<a INT>", [(1, 2)], null, "comes as struct");
        yield return new(
            "narrower list", DataType.List(new Field("item", DataType.Int64)),
            "ARRAY<INT>", [new[] { 1L }], null, "which does not fit ARRAY<INT>");
        yield return new("null item", DataType.List(item), "ARRAY<INT NOT NULL>", lists, null, "an item of column 'c' is null");
        yield return new(
            "null field", pair, "ROW<a INT NOT NULL, b STRING>", [(1,
            "x"), (null as int?, "y")], null, "field 'a' of column 'c' is null");
    }

    /// <summary>Copies the table by a reader of the driver into one that is made with the reader's own types.</summary>
    private static async Task CopyAsync(ColumnStreamConnection connection, ServedDriver served)
    {
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync();
        var copy = new ColumnStreamBulkCopy(connection)
        {
            DestinationTableName = "copy", CreateIfMissing = true,
            Options = { ["connector"] = "filesystem", ["format"] = "arrow", ["path"] = Path.Combine(served.Folder, "copy") },
        };
        Assert.Equal(3, await copy.WriteToServerAsync(reader));
        Assert.Equal(
            3L, await connection.CreateCommand("SELECT COUNT(*) FROM (SELECT * FROM t INTERSECT SELECT * FROM copy)").ExecuteScalarAsync());
    }

    private static RecordBatch BatchOf(ServedDriver served, Layout layout)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(layout.Type, served.Source.Allocator, 16);
        foreach (object? value in layout.Values)
        {
            Append(builder, value);
        }

        ArrayData column = builder.Finish();
        return new RecordBatch(new Schema(new Field("c", layout.Type)), [column], column.Length);
    }

    private static void Append(ColumnBuilder builder, object? value)
    {
        switch (builder)
        {
            case DictionaryBuilder numbered when value is not null:
                ValueWriter.Append(numbered.Values, value);
                numbered.AppendIndex(numbered.Values.Length - 1);
                break;
            case RunEndBuilder runs when value is not null:
                ValueWriter.Append(runs.Values, value);
                runs.AppendRun(1);
                break;
            case ListBuilder { Items: DictionaryBuilder } list when value is string?[] texts:
                Array.ForEach(texts, text => Append(list.Items, text));
                list.AppendList();
                break;
            default:
                ValueWriter.AppendNullable(builder, value);
                break;
        }
    }

    private static Dictionary<string, object?> Inner(Dictionary<string, object?> record) => (Dictionary<string, object?>)record["b"]!;

    private static Task<int> MakeAsync(ColumnStreamConnection connection, ServedDriver served, string name, string columns) =>
        connection.CreateCommand(
            $"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'format' = 'arrow', 'path' = '"
            + Path.Combine(served.Folder, name) + "')").ExecuteNonQueryAsync();

    private sealed record Layout(
        string Name, DataType Type, string SqlType, object?[] Values, string?[]? Expected, string Refusal = "");
}
