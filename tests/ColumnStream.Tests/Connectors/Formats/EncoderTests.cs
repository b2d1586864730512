using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Printing;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

public sealed class EncoderTests : IDisposable
{
    private static readonly SqlField[] All = FormatHarness.Columns(
        ("b", SqlType.Boolean), ("t", SqlType.TinyInt), ("si", SqlType.SmallInt), ("i", SqlType.Integer), ("l", SqlType.BigInt),
        ("f", SqlType.Float), ("d", SqlType.Double), ("d9", SqlType.Decimal(9, 2)), ("d30", SqlType.Decimal(30, 3)),
        ("s", SqlType.String), ("x", SqlType.Bytes), ("day", SqlType.Date), ("tm", SqlType.Time(3)), ("ts", SqlType.Timestamp(3)),
        ("us", SqlType.Timestamp(6)), ("ltz", SqlType.TimestampLtz(3)), ("a", SqlType.Array(SqlType.BigInt)),
        ("r", SqlType.Row([new SqlField("p", SqlType.String), new SqlField("q", SqlType.BigInt)])));

    private const string Lines = """
        {"b":true,"t":-128,"si":32767,"i":-5,"l":-9223372036854775808,"f":1.5,"d":-0.1,"d9":12.30,"d30":-123456789012345678901234567.891,"s":"a \"quoted\", text\\ with\ttab and more than 32 bytes","x":"AQID","day":"1970-01-02","tm":"00:00:01.5","ts":"2024-02-29 23:59:59.25","us":"1970-01-01 00:00:00.000001","ltz":"1970-01-01 01:00:00Z","a":[1,null,3],"r":{"p":"x","q":4}}
        {"b":null,"t":null,"si":null,"i":null,"l":null,"f":null,"d":null,"d9":null,"d30":null,"s":null,"x":null,"day":null,"tm":null,"ts":null,"us":null,"ltz":null,"a":null,"r":null}
        {"b":false,"t":0,"si":10000,"i":99999999,"l":1234567890123456789,"f":3.0E10,"d":1.0E22,"d9":0.01,"d30":0.000,"s":"","x":"","day":"1969-12-31","tm":"23:59:59","ts":"1969-12-31 23:59:59.999","us":"2024-01-01 00:00:00","ltz":"2024-01-01 00:00:00Z","a":[],"r":{"p":null,"q":null}}

        """;

    private readonly FormatHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Json_that_is_read_is_written_the_same()
    {
        RecordBatch batch = _harness.Batch("json", _harness.Context(All), Lines);
        string text = _harness.Encode("json", _harness.Context(All, ("json.encode.decimal-as-plain-number", "true")), batch);
        Assert.Equal(Lines.ReplaceLineEndings("\n"), text);
        string sparse = _harness.Encode("json", _harness.Context(All, ("json.encode.ignore-null-fields", "true")), batch);
        Assert.Equal("{}", sparse.Split('\n')[1]);
        string iso = _harness.Encode("json", _harness.Context(All, ("json.timestamp-format.standard", "ISO-8601")), batch);
        Assert.Contains("\"2024-02-29T23:59:59.25\"", iso, StringComparison.Ordinal);
        batch.Release();
    }

    [Theory]
    [InlineData("100000.00", "1E+5", "100000.00")]
    [InlineData("120000.00", "1.2E+5", "120000.00")]
    [InlineData("12.50", "12.5", "12.50")]
    [InlineData("-0.05", "-0.05", "-0.05")]
    [InlineData("0.00", "0", "0.00")]
    [InlineData("-123456789012345678901234567890.10", "-123456789012345678901234567890.1", "-123456789012345678901234567890.10")]
    public void Decimals_are_written_with_an_exponent_or_plain(string value, string scientific, string plain)
    {
        SqlField[] columns = FormatHarness.Columns(("d", SqlType.Decimal(38, 2)));
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), $"{{\"d\":{value}}}\n");
        Assert.Equal($"{{\"d\":{scientific}}}\n", _harness.Encode("json", _harness.Context(columns), batch));
        Assert.Equal($"{{\"d\":{plain}}}\n", _harness.Encode("json", _harness.Context(columns, ("json.encode.decimal-as-plain-number", "true")), batch));
        Assert.Equal($"{scientific}\n", _harness.Encode("csv", _harness.Context(columns), batch));
        Assert.Equal(
            $"{plain}\n", _harness.Encode("csv", _harness.Context(columns, ("csv.write-bigdecimal-in-scientific-notation", "false")), batch));
        Assert.Equal([FormatHarness.Print(batch, 0)], _harness.Decode("csv", _harness.Context(columns), scientific));
        batch.Release();
    }

    [Fact]
    public void Maps_and_multisets_are_objects()
    {
        SqlField[] columns = FormatHarness.Columns(
            ("m", SqlType.Map(SqlType.String, SqlType.Array(SqlType.Row([new SqlField("x", SqlType.Double)])))),
            ("s", SqlType.Multiset(SqlType.String)), ("d", SqlType.Array(SqlType.Map(SqlType.String, SqlType.String))));
        const string Lines = """
            {"m":{"a \"key\"":[{"x":1.5},null],"b":null,"":[]},"s":{"x":2,"y":1},"d":[{},{"k":null},null]}
            {"m":{},"s":{},"d":null}
            {"m":null,"s":null,"d":[]}

            """;
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), Lines);
        Assert.Equal(Lines.ReplaceLineEndings("\n"), _harness.Encode("json", _harness.Context(columns), batch));
        string csv = _harness.Encode("csv", _harness.Context(columns, ("csv.nested-as-json", "true")), batch);
        Assert.Equal("{},{},", csv.Split('\n')[1]);
        Assert.StartsWith("\"{\"\"a \\\"\"key\\\"\"\"\":[{\"\"x\"\":1.5},null]", csv, StringComparison.Ordinal);
        batch.Release();
        Assert.Equal(["{b=2,a=3}|NULL|NULL"], _harness.Decode("json", _harness.Context([new SqlField("m", SqlType.Map(SqlType.String, SqlType.BigInt)), .. columns[1..]]), "{\"m\":{\"a\":1,\"b\":2,\"\\u0061\":3}}"));
        UserException keys = Assert.Throws<UserException>(
            () => FormatTable.Get("json").Validate(_harness.Context(FormatHarness.Columns(("m", SqlType.Map(SqlType.BigInt, SqlType.String))))));
        Assert.Contains("keys of maps and multisets must be text", keys.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_rows_survive_every_dialect_of_csv()
    {
        SqlField[] columns = FormatHarness.Columns(
            ("s", SqlType.String), ("d", SqlType.Decimal(20, 4)), ("t", SqlType.String), ("b", SqlType.Boolean),
            ("ts", SqlType.TimestampLtz(6)), ("x", SqlType.Bytes), ("a", SqlType.Array(SqlType.BigInt)));
        var random = new Random(23);
        foreach (CsvDialect dialect in CsvDialect.All)
        {
            string letters = dialect.Quote == 0 ? "abc xyz" : "ab ,;'\"\\/#\t" + (dialect.Multiline ? "\r\n" : string.Empty);
            var text = new StringBuilder();
            for (int i = 0; i < 300; i++)
            {
                string?[] words = new string?[2];
                for (int w = 0; w < 2; w++)
                {
                    words[w] = random.Next(6) == 0 && dialect.NullLiteral is not null ? null
                        : string.Concat(Enumerable.Range(0, random.Next(dialect.EmptyIsNull ? 1 : 0, 40)).Select(_ => letters[random.Next(letters.Length)]));
                }

                text.Append(JsonSerializer.Serialize(new Dictionary<string, object?>
                {
                    ["s"] = words[0],
                    ["d"] = random.Next(4) == 0 ? null : random.NextInt64(-1_000_000_000_000, 1_000_000_000_000) / 10_000m * (random.Next(2) == 0 ? 1 : 1000),
                    ["t"] = random.Next(5) == 0 && dialect.NullLiteral is not null ? dialect.NullLiteral : words[1],
                    ["b"] = random.Next(3) == 0 ? null : random.Next(2) == 0,
                    ["ts"] = $"20{random.Next(10, 99)}-0{random.Next(1, 9)}-1{random.Next(10)} 12:00:00.{random.Next(1_000_000):000000}Z",
                    ["x"] = Convert.ToBase64String(BitConverter.GetBytes(random.NextInt64())),
                    ["a"] = Enumerable.Range(0, random.Next(1, 4)).Select(v => (long?)v).ToArray(),
                })).Append('\n');
            }

            RecordBatch batch = _harness.Batch("json", _harness.Context(columns), text.ToString());
            FormatContext context = _harness.Context(columns, dialect.Options());
            string csv = _harness.Encode("csv", context, batch);
            string[] rows = [.. Enumerable.Range(0, batch.Length).Select(i => FormatHarness.Print(batch, i))];
            batch.Release();
            Assert.Equal(rows, _harness.Decode("csv", context with { MaxRows = 70, BlockBytes = 500 }, csv, 333));
            Assert.Empty(_harness.Errors);
        }
    }

    [Fact]
    public void A_small_decimal_has_a_negative_exponent()
    {
        SqlField[] columns = FormatHarness.Columns(("d", SqlType.Decimal(18, 9)));
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), "{\"d\":0.000000027}\n");
        Assert.Equal("{\"d\":2.7E-8}\n", _harness.Encode("json", _harness.Context(columns), batch));
        batch.Release();
    }

    [Fact]
    public void Random_rows_survive_json_csv_and_arrow()
    {
        SqlField[] columns = FormatHarness.Columns(("l", SqlType.BigInt), ("d", SqlType.Double), ("f", SqlType.Float), ("s", SqlType.String), ("t", SqlType.Timestamp(3)));
        var random = new Random(7);
        var text = new StringBuilder();
        for (int i = 0; i < 3000; i++)
        {
            string s = string.Concat(Enumerable.Range(0, random.Next(50)).Select(_ => (char)random.Next(1, 0x300)));
            object d = random.Next(3) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(0, 0x7FEFFFFFFFFFFFFF)),
                1 => random.Next(-100_000, 100_000) / 100.0,
                _ => (random.NextDouble() - 0.5) * 1e-3,
            };
            text.Append(JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["l"] = random.Next(5) == 0 ? null : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
                ["d"] = d,
                ["f"] = (float)random.NextDouble(),
                ["s"] = s.Replace("\n", "", StringComparison.Ordinal),
                ["t"] = $"{random.Next(1, 9999):0000}-01-{random.Next(1, 32):00} 12:{random.Next(60):00}:00.{random.Next(1000)}",
            })).Append('\n');
        }

        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), text.ToString());
        string[] rows = [.. Enumerable.Range(0, batch.Length).Select(i => FormatHarness.Print(batch, i))];
        string json = _harness.Encode("json", _harness.Context(columns), batch);
        foreach (string line in json.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonDocument.Parse(line).Dispose();
        }

        Assert.Equal(rows, _harness.Decode("json", _harness.Context(columns), json));
        (string, string)[] options = [("csv.null-literal", "NULL"), ("csv.header", "true")];
        string csv = _harness.Encode("csv", _harness.Context(columns, options), batch);
        Assert.Equal(rows, _harness.Decode("csv", _harness.Context(columns, options), csv));
        Assert.Empty(_harness.Errors);
        foreach ((string container, string compression) in new[] { ("file", "NONE"), ("file", "ZSTD"), ("stream", "NONE"), ("stream", "LZ4") })
        {
            FormatContext context = _harness.Context(columns, ("arrow.container", container), ("arrow.compression", compression));
            Assert.Equal(rows, Arrow(context with { MaxRows = 700 }, ArrowBytes(context, batch), 0));
        }

        batch.Release();
    }

    [Fact]
    public void Debezium_writes_updates_as_delete_and_create()
    {
        SqlField[] columns = FormatHarness.Columns(("k", SqlType.String), ("n", SqlType.BigInt));
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), "{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":2}\n{\"k\":\"a\",\"n\":2}\n");
        RowKind[] kinds = [RowKind.Insert, RowKind.UpdateBefore, RowKind.UpdateAfter, RowKind.Delete];
        Assert.Equal(
            "{\"before\":null,\"after\":{\"k\":\"a\",\"n\":1},\"op\":\"c\"}\n{\"before\":{\"k\":\"a\",\"n\":1},\"after\":null,\"op\":\"d\"}\n"
            + "{\"before\":null,\"after\":{\"k\":\"a\",\"n\":2},\"op\":\"c\"}\n{\"before\":{\"k\":\"a\",\"n\":2},\"after\":null,\"op\":\"d\"}\n",
            _harness.Encode("debezium-json", _harness.Context(columns), batch, kinds));
        UserException error = Assert.Throws<UserException>(() => _harness.Encode("json", _harness.Context(columns), batch, kinds));
        Assert.Contains("inserts only", error.Message, StringComparison.Ordinal);
        batch.Release();
    }

    [Fact]
    public void Csv_quotes_what_would_read_back_differently()
    {
        SqlField[] columns = FormatHarness.Columns(("s", SqlType.String), ("z", SqlType.String));
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), "{\"s\":\"a,b\",\"z\":\"q\\\"q\"}\n{\"s\":\"\",\"z\":null}\n{\"s\":\"NULL\",\"z\":\"l\\r\"}\n");
        Assert.Equal(
            "\"s\",\"z\"\n".Replace("\"", "", StringComparison.Ordinal) + "\"a,b\",\"q\"\"q\"\n\"\",NULL\n\"NULL\",\"l\r\"\n",
            _harness.Encode("csv", _harness.Context(columns, ("csv.header", "true"), ("csv.null-literal", "NULL")), batch));
        batch.Release();
    }

    [Fact]
    public void Arrow_reading_goes_on_at_any_row_and_casts_without_loss()
    {
        SqlField[] written = FormatHarness.Columns(
            ("a", SqlType.SmallInt), ("f", SqlType.Float), ("s", SqlType.String), ("t", SqlType.Timestamp(6)), ("d", SqlType.Decimal(9, 2)));
        RecordBatch batch = _harness.Batch(
            "json", _harness.Context(written), string.Concat(Enumerable.Range(0, 50).Select(i => $"{{\"a\":{i},\"f\":{i}.5,\"s\":\"text {i}\",\"t\":\"1970-01-01 00:00:{i:00}.123456\",\"d\":{i}.25}}\n")));
        byte[] bytes = ArrowBytes(_harness.Context(written), batch);
        batch.Release();
        SqlField[] read = FormatHarness.Columns(
            ("t", SqlType.Timestamp(3)), ("f", SqlType.Double), ("a", SqlType.BigInt), ("d", SqlType.Decimal(30, 4)));
        FormatContext context = _harness.Context(read) with { MaxRows = 7 };
        List<string> all = Arrow(context, bytes, 0);
        Assert.Equal("2123|2.5|2|2.2500", all[2]);
        for (int i = 0; i <= 50; i += 5)
        {
            Assert.Equal(all.Skip(i), Arrow(context, bytes, i));
        }

        UserException missing = Assert.Throws<UserException>(() => Arrow(_harness.Context(FormatHarness.Columns(("nope", SqlType.BigInt))), bytes, 0));
        Assert.Contains("column 'nope' is not in the file", missing.Message, StringComparison.Ordinal);
        UserException narrow = Assert.Throws<UserException>(() => Arrow(_harness.Context(FormatHarness.Columns(("f", SqlType.BigInt))), bytes, 0));
        Assert.Contains("cannot become BIGINT", narrow.Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => Arrow(context, bytes[..^20], 0));
    }

    [Fact]
    public void Arrow_columns_of_other_layouts_become_the_declared_types()
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "data", "arrow", "all.arrow"));
        (string Name, SqlType Type, string First, string Second)[] columns =
        [
            ("uint8", SqlType.SmallInt, "0", "255"), ("uint16", SqlType.Integer, "0", "65535"),
            ("uint32", SqlType.BigInt, "0", "4294967295"), ("uint64", SqlType.Decimal(20, 0), "0", "18446744073709551615"),
            ("int64", SqlType.Decimal(20, 1), "-9223372036854775808.0", "9223372036854775807.0"),
            ("float16", SqlType.Float, "1.5", "-0.25"), ("float32", SqlType.Double, "1.5", "-0.25"),
            ("decimal32", SqlType.Decimal(10, 3), "9999999.990", "-0.010"),
            ("decimal64", SqlType.Decimal(20, 4), "12345678901234.5678", "-0.0001"),
            ("largeutf8", SqlType.String, "", "Grüße"), ("largebinary", SqlType.Bytes, "x''", "x'00FF'"),
            ("fixed", SqlType.Bytes, "x'000102'", "x'FFFEFD'"), ("dict8", SqlType.String, "one", "two"),
            ("dict32", SqlType.BigInt, "7", "9"), ("dictu16", SqlType.Bytes, "x'0001'", "x'FFFF'"),
            ("dictu32", SqlType.Array(SqlType.Integer), "[1]", "[2, NULL]"),
            ("largelist", SqlType.Array(SqlType.String), "[1, NULL, 3]", "[]"),
            ("fixedlist", SqlType.Array(SqlType.Integer), "[1, NULL]", "[2, 3]"),
            ("map", SqlType.Map(SqlType.String, SqlType.BigInt), "{a=1, b=NULL}", "{}"),
            ("sortedmap", SqlType.Map(SqlType.BigInt, SqlType.Array(SqlType.BigInt)), "{1=[2], 3=NULL}", "{}"),
        ];
        foreach ((string name, SqlType type, string first, string second) in columns)
        {
            FormatContext context = _harness.Context(FormatHarness.Columns((name, type)));
            RecordBatch batch = ArrowBatch(context, bytes);
            Assert.Equal([first, second, "NULL"], Enumerable.Range(0, 3).Select(i => Printed(batch, i)));
            Assert.Equal(type.ToArrow(), batch.Columns[0].Type);
            batch.Release();
        }

        foreach ((string name, SqlType type) in ((string, SqlType)[])[
            ("uint64", SqlType.BigInt), ("decimal256", SqlType.Decimal(38, 5)), ("sparse", SqlType.String), ("int64", SqlType.Double),
            ("months", SqlType.Integer), ("durationms", SqlType.BigInt), ("utf8", SqlType.Bytes), ("map", SqlType.Array(SqlType.String))])
        {
            UserException refused = Assert.Throws<UserException>(
                () => ArrowBatch(_harness.Context(FormatHarness.Columns((name, type))), bytes));
            Assert.Contains($"column '{name}' is ", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"cannot become {type}", refused.Message, StringComparison.Ordinal);
        }

        FormatContext notNull = _harness.Context(FormatHarness.Columns(("dict8", SqlType.String.WithNullable(false))));
        Assert.Contains("NOT NULL", Assert.Throws<UserException>(() => ArrowBatch(notNull, bytes)).Message, StringComparison.Ordinal);
    }

    private static string Printed(RecordBatch batch, int row)
    {
        var text = new StringBuilder();
        RecordBatchPrinter.AppendRow(text, batch, row);
        return text.ToString();
    }

    private static RecordBatch ArrowBatch(FormatContext context, byte[] bytes)
    {
        using FileDecoder decoder = FormatTable.Get("arrow").CreateFileDecoder(context);
        decoder.Begin("f.arrow", new MemoryStream(bytes), 0);
        return decoder.Read()!;
    }

    [Fact]
    public void An_unknown_format_gets_the_nearest_name()
    {
        Assert.Contains("Did you mean 'json'?", Assert.Throws<UserException>(() => FormatTable.Get("jsn")).Message, StringComparison.Ordinal);
        Assert.Equal(FormatTable.All.Select(f => f.Name).Order(StringComparer.Ordinal), FormatTable.All.Select(f => f.Name));
    }

    private byte[] ArrowBytes(FormatContext context, RecordBatch batch)
    {
        using RowEncoder encoder = FormatTable.Get("arrow").CreateEncoder(context);
        using var output = new OutputBuffer(_harness.Allocator);
        using var file = new MemoryStream();
        var stream = new StreamBatch(batch.Retain());
        encoder.Begin(output);
        output.Drain(file);
        encoder.Encode(stream, output);
        output.Drain(file);
        encoder.End(output);
        output.Drain(file);
        stream.Release();
        return file.ToArray();
    }

    private static List<string> Arrow(FormatContext context, byte[] bytes, long position)
    {
        using FileDecoder decoder = FormatTable.Get("arrow").CreateFileDecoder(context);
        decoder.Begin("f.arrow", new MemoryStream(bytes), position);
        var rows = new List<string>();
        while (decoder.Read() is { } batch)
        {
            Assert.True(batch.Length <= context.MaxRows);
            rows.AddRange(Enumerable.Range(0, batch.Length).Select(i => FormatHarness.Print(batch, i)));
            Assert.Equal(position + rows.Count, decoder.Position);
            batch.Release();
        }

        return rows;
    }
}
