using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: every getter gives of every type what the types' own meaning says, or refuses with the error that callers of other
/// providers know. Method: the expected value of each pair stands in the table below, from the definition of Arrow's types; a
/// missing entry must be an InvalidCastException.
/// </summary>
public sealed class GetterTests
{
    private static readonly Dictionary<string, Func<DbDataReader, object>> s_getters = new()
    {
        ["Boolean"] = r => r.GetBoolean(0),
        ["Byte"] = r => r.GetByte(0),
        ["Int16"] = r => r.GetInt16(0),
        ["Int32"] = r => r.GetInt32(0),
        ["Int64"] = r => r.GetInt64(0),
        ["Float"] = r => r.GetFloat(0),
        ["Double"] = r => r.GetDouble(0),
        ["Decimal"] = r => r.GetDecimal(0),
        ["String"] = r => r.GetString(0),
        ["Char"] = r => r.GetChar(0),
        ["DateTime"] = r => r.GetDateTime(0),
        ["Guid"] = r => r.GetGuid(0),
        ["DateOnly"] = r => r.GetFieldValue<DateOnly>(0),
        ["TimeOnly"] = r => r.GetFieldValue<TimeOnly>(0),
        ["TimeSpan"] = r => r.GetFieldValue<TimeSpan>(0),
        ["DateTimeOffset"] = r => r.GetFieldValue<DateTimeOffset>(0),
        ["Bytes"] = r => Convert.ToHexString(r.GetFieldValue<byte[]>(0)),
    };

    public static TheoryData<string> Types => [.. Cases().Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Each_getter_gives_the_value_or_refuses(string name)
    {
        Case type = Cases().Single(c => c.Name == name);
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", new Field("c", type.Type), type.Value, null);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync();
        Assert.Equal(type.ClrType, reader.GetFieldType(0));
        Assert.True(await reader.ReadAsync());
        Assert.False(reader.IsDBNull(0));
        Assert.Equal(type.Natural, reader.GetValue(0));
        Assert.Equal(type.Natural, reader.GetFieldValue<object>(0));
        Assert.Equal(type.Natural, reader["C"]);
        foreach ((string getter, Func<DbDataReader, object> get) in s_getters)
        {
            if (type.Expected.TryGetValue(getter, out object? expected))
            {
                Assert.Equal((getter, expected), (getter, get(reader)));
            }
            else
            {
                Exception? refused = Record.Exception(() => get(reader));
                Assert.True(refused is InvalidCastException or OverflowException,
                    $"{name}.Get{getter}: {refused?.ToString() ?? "no error"}");
            }
        }

        Assert.True(await reader.ReadAsync());
        Assert.True(reader.IsDBNull(0));
        Assert.Equal(DBNull.Value, reader.GetValue(0));
        Assert.Null(reader.GetFieldValue<int?>(0));
        foreach ((string getter, Func<DbDataReader, object> get) in s_getters)
        {
            Assert.Contains("is null", Assert.Throws<InvalidCastException>(() => get(reader)).Message, StringComparison.Ordinal);
            _ = getter;
        }

        Assert.False(await reader.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => reader.GetValue(0));
    }

    [Fact]
    public async Task Whole_numbers_that_do_not_fit_are_told_with_their_value()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", new Field("big", DataType.Int64), 300L, long.MaxValue);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync();
        Assert.True(reader.Read());
        Assert.Equal((short)300, reader.GetInt16(0));
        Assert.Contains("300 of column 'big' does not fit Byte", Assert.Throws<OverflowException>(
            () => reader.GetByte(0)).Message, StringComparison.Ordinal);
        Assert.True(reader.Read());
        Assert.Throws<OverflowException>(() => reader.GetInt32(0));
        Assert.Throws<OverflowException>(() => reader.GetFieldValue<uint>(0));
        Assert.Equal(long.MaxValue, reader.GetFieldValue<long?>(0));
    }

    [Fact]
    public async Task Decimals_keep_every_digit_or_say_that_they_cannot()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        Int128 wide = Int128.Parse("12345678901234567890123456789012345678", CultureInfo.InvariantCulture);
        server.Table("t", new Field("d", DataType.Decimal128(38, 30)), Int128.Parse(
            "-1500000000000000000000000000000", CultureInfo.InvariantCulture), wide);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync();
        Assert.True(reader.Read());
        Assert.Equal(-1.5m, reader.GetDecimal(0));
        Assert.True(reader.Read());
        Assert.Throws<OverflowException>(() => reader.GetDecimal(0));
        Assert.Equal("12345678.901234567890123456789012345678", reader.GetFieldValue<string>(0));
        Assert.Equal(12345678.901234567, reader.GetDouble(0));
    }

    [Fact]
    public async Task Nested_values_are_arrays_and_dictionaries()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        DataType record = DataType.Struct(new Field("a", DataType.Int32), new Field("b", DataType.Utf8));
        server.Table(
            "t",
            [
                new Field("list", DataType.List(new Field("item", DataType.Int32))),
                new Field("full", DataType.List(new Field("item", DataType.Float64, Nullable: false))),
                new Field("record", record),
                new Field("map", DataType.Map(DataType.Utf8, DataType.Int32)),
            ],
            [new object?[] { 1, null, 3 }, new object?[] { 0.5 }, new object?[] { 7, null }, new Dictionary<string,
                int> { ["x"] = 1, ["y"] = 2 }],
            [Array.Empty<object?>(), null, null, new Dictionary<string, int>()]);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync();
        Assert.Equal([typeof(int?[]), typeof(double[]), typeof(Dictionary<string, object?>), typeof(Dictionary<object, object?>)],
            Enumerable.Range(0, 4).Select(reader.GetFieldType));
        Assert.True(reader.Read());
        Assert.Equal([1, null, 3], reader.GetFieldValue<int?[]>(0));
        Assert.Equal([0.5], reader.GetFieldValue<double[]>(1));
        Assert.Equal(
            new Dictionary<string, object?> { ["a"] = 7, ["b"] = null }, reader.GetFieldValue<Dictionary<string, object?>>(2));
        Assert.Equal(2, reader.GetFieldValue<Dictionary<object, object?>>(3)["y"]);
        Assert.True(reader.Read());
        Assert.Empty(reader.GetFieldValue<int?[]>(0));
        Assert.True(reader.IsDBNull(1) && reader.IsDBNull(2));
        Assert.Empty(reader.GetFieldValue<Dictionary<object, object?>>(3));
    }

    private static IEnumerable<Case> Cases()
    {
        yield return new("bool", DataType.Bool, true, typeof(bool), true, new() { ["Boolean"] = true });
        yield return Whole("int8", DataType.Int8, (sbyte)-5, -5, fitsByte: false);
        yield return Whole("int16", DataType.Int16, (short)77, 77);
        yield return Whole("int32", DataType.Int32, 100, 100);
        yield return Whole("int64", DataType.Int64, 101L, 101);
        yield return Whole("uint8", DataType.UInt8, (byte)200, 200);
        yield return Whole("uint16", DataType.UInt16, (ushort)9, 9);
        yield return Whole("uint32", DataType.UInt32, 10u, 10);
        yield return Whole("uint64", DataType.UInt64, 11ul, 11);
        yield return new(
            "float16", DataType.Float16, (Half)1.5, typeof(Half), (Half)1.5, new() { ["Float"] = 1.5f, ["Double"] = 1.5 });
        yield return new("float32", DataType.Float32, 1.25f, typeof(float), 1.25f, new() { ["Float"] = 1.25f, ["Double"] = 1.25 });
        yield return new("float64", DataType.Float64, -0.5, typeof(double), -0.5, new() { ["Float"] = -0.5f, ["Double"] = -0.5 });
        yield return new("decimal", DataType.Decimal128(10, 2), (Int128)(-12345), typeof(decimal), -123.45m, new()
        {
            ["Decimal"] = -123.45m, ["Double"] = -123.45, ["Float"] = -123.45f,
        });
        yield return new("decimal whole", DataType.Decimal128(20, 0), (Int128)12, typeof(decimal), 12m, new()
        {
            ["Decimal"] = 12m, ["Double"] = 12.0, ["Float"] = 12f, ["Byte"] = (
                byte)12, ["Int16"] = (short)12, ["Int32"] = 12, ["Int64"] = 12L,
        });
        yield return new("utf8", DataType.Utf8, "é", typeof(string), "é", new() { ["String"] = "é", ["Char"] = 'é' });
        yield return new("utf8view", DataType.Utf8View, "long enough for a view of its own", typeof(
            string), "long enough for a view of its own", new()
        {
            ["String"] = "long enough for a view of its own",
        });
        yield return new(
            "binary", DataType.Binary, new byte[] { 0, 255 }, typeof(byte[]), new byte[] { 0, 255 }, new() { ["Bytes"] = "00FF" });
        byte[] guid = Convert.FromHexString("00112233445566778899AABBCCDDEEFF");
        yield return new("fixed", DataType.FixedSizeBinary(16), guid, typeof(byte[]), guid, new()
        {
            ["Bytes"] = "00112233445566778899AABBCCDDEEFF", ["Guid"] = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        });
        var day = new DateTime(1969, 12, 31);
        yield return new("date32", DataType.Date32, -1, typeof(DateOnly), new DateOnly(1969, 12, 31), new()
        {
            ["DateOnly"] = new DateOnly(1969, 12, 31), ["DateTime"] = day,
        });
        var noon = new TimeOnly(12, 0, 0, 1);
        yield return new("time32", DataType.Time32(TimeUnit.Millisecond), 43_200_001, typeof(TimeOnly), noon, new()
        {
            ["TimeOnly"] = noon, ["TimeSpan"] = noon.ToTimeSpan(),
        });
        yield return new("time64", DataType.Time64(TimeUnit.Nanosecond), 43_200_001_000_099L, typeof(TimeOnly), noon, new()
        {
            ["TimeOnly"] = noon, ["TimeSpan"] = noon.ToTimeSpan(),
        });
        var local = new DateTime(2026, 11, 23, 4, 5, 6, 789);
        long millis = (local.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
        yield return new("timestamp", DataType.Timestamp(TimeUnit.Millisecond), millis, typeof(DateTime), local, new()
        {
            ["DateTime"] = local, ["DateOnly"] = new DateOnly(2026, 11, 23),
        });
        yield return new("timestamp before 1970, ns", DataType.Timestamp(
            TimeUnit.Nanosecond), -1L, typeof(DateTime), DateTime.UnixEpoch.AddTicks(-1), new()
        {
            ["DateTime"] = DateTime.UnixEpoch.AddTicks(-1), ["DateOnly"] = new DateOnly(1969, 12, 31),
        });
        yield return new(
            "timestamp with zone", DataType.Timestamp(TimeUnit.Microsecond, "UTC"), millis * 1000, typeof(DateTime), local, new()
        {
            ["DateTime"] = local, ["DateOnly"] = new DateOnly(
                2026, 11, 23), ["DateTimeOffset"] = new DateTimeOffset(local, TimeSpan.Zero),
        });
        yield return new("duration", DataType.Duration(TimeUnit.Second), 90L, typeof(TimeSpan), TimeSpan.FromSeconds(90), new()
        {
            ["TimeSpan"] = TimeSpan.FromSeconds(90),
        });
    }

    private static Case Whole(string name, DataType type, object value, long number, bool fitsByte = true)
    {
        var expected = new Dictionary<string, object>
        {
            ["Int16"] = (
                short)number, ["Int32"] = (int)number, ["Int64"] = number, ["Float"] = (float)number, ["Double"] = (double)number,
            ["Decimal"] = (decimal)number,
        };
        if (fitsByte)
        {
            expected["Byte"] = (byte)number;
        }

        return new(name, type, value, value.GetType(), value, expected);
    }

    private sealed record Case(
        string Name, DataType Type, object Value, Type ClrType, object Natural, Dictionary<string, object> Expected);
}
