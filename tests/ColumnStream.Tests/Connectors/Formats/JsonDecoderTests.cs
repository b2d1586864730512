using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Compute.Types;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

public sealed class JsonDecoderTests : IDisposable
{
    private static readonly SqlField[] IS = FormatHarness.Columns(("i", SqlType.BigInt), ("s", SqlType.String));
    private readonly FormatHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Every_type_is_read()
    {
        SqlField[] columns = FormatHarness.Columns(
            ("b", SqlType.Boolean), ("t", SqlType.TinyInt), ("si", SqlType.SmallInt), ("i", SqlType.Integer), ("l", SqlType.BigInt),
            ("f", SqlType.Float), ("d", SqlType.Double), ("d9", SqlType.Decimal(9, 2)), ("d30", SqlType.Decimal(30, 3)),
            ("s", SqlType.String), ("x", SqlType.Bytes), ("day", SqlType.Date), ("tm", SqlType.Time(3)), ("ts", SqlType.Timestamp(3)),
            ("us", SqlType.Timestamp(6)), ("ltz", SqlType.TimestampLtz(3)), ("a", SqlType.Array(SqlType.BigInt)),
            ("r", SqlType.Row([new SqlField("p", SqlType.String), new SqlField("q", SqlType.Array(SqlType.Row([new SqlField("z", SqlType.BigInt)])))])));
        List<string> rows = Json(columns, """
            {"b":true,"t":-128,"si":32767,"i":-5,"l":9223372036854775807,"f":1.5,"d":-0.1,"d9":12.345,"d30":123456789012345678901234567.8905,"s":"hello, wörld","x":"AQID","day":"1970-01-02","tm":"00:00:01.5","ts":"1970-01-01 00:00:01.25","us":"1970-01-01 00:00:00.000001","ltz":"1970-01-01 01:00:00Z","a":[1,null,3],"r":{"p":"x","q":[{"z":1},{},null]}}
            {"r":null,"a":[]}
            {"r":{"q":null},"a":null}
            """);
        Assert.Equal(
            [
                "True|-128|32767|-5|9223372036854775807|1.5|-0.1|12.35|123456789012345678901234567.891|hello, wörld|010203|1|1500|1250|1|3600000|[1,NULL,3]|(x,[(1),(NULL),NULL])",
                "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|[]|NULL",
                "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|(NULL,NULL)",
            ],
            rows);
        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void An_error_names_file_line_column_and_field()
    {
        SqlField[] columns = FormatHarness.Columns(("departure", SqlType.String), ("delay", SqlType.BigInt));
        List<string> rows = Json(columns, "{\"departure\":\"a\",\"delay\":1}\n\n{\"departure\":\"b\",\"delay\":\"12x\"}\n{\"departure\":\"c\",\"delay\":3}\n");
        Assert.Equal(["a|1", "c|3"], rows);
        DecodeError error = Assert.Single(_harness.Errors);
        Assert.Equal("file.txt:3:26: field 'delay': expected BIGINT, got \"12x\"", error.ToString());
        Assert.Equal(29, error.Offset);
        Assert.Equal("{\"departure\":\"b\",\"delay\":\"12x\"}", Encoding.UTF8.GetString(error.Raw.Span));
    }

    [Theory]
    [InlineData("{\"i\":9223372036854775807}", "9223372036854775807|NULL")]
    [InlineData("{\"i\":-9223372036854775808}", "-9223372036854775808|NULL")]
    [InlineData("{\"i\":-0}", "0|NULL")]
    [InlineData("{\"i\":\"12\"}", "12|NULL")]
    [InlineData("{\"i\":1,\"i\":null}", "NULL|NULL")]
    [InlineData("{\"i\":null,\"i\":1}", "1|NULL")]
    [InlineData("{\"i\":1,\"i\":2}", "2|NULL")]
    [InlineData("{}", "NULL|NULL")]
    [InlineData("\t { } \r", "NULL|NULL")]
    [InlineData("{\"\\u0069\":7}", "7|NULL")]
    [InlineData("{\"s\":12.50}", "NULL|12.50")]
    [InlineData("{\"s\":true}", "NULL|true")]
    [InlineData("{\"s\":{\"a\":[1]}}", "NULL|{\"a\":[1]}")]
    [InlineData("{\"s\":\"\\uD83D\\uDE00\\n\\\"\\/\"}", "NULL|😀\n\"/")]
    [InlineData("{\"s\":\"\",\"i\":1}", "1|")]
    [InlineData("{ \"i\" : 1 , \"s\" : \"a\" }", "1|a")]
    [InlineData("{\"zz\":{\"deep\":[1,{\"q\":\"\\n\"}]},\"i\":4}", "4|NULL")]
    public void A_record_is_accepted(string line, string row)
    {
        Assert.Equal([row], Json(IS, line));
        Assert.Empty(_harness.Errors);
        Assert.Equal([row, row, row], Json(IS, line + "\n" + line + "\n" + line + "\n"));
        Assert.Empty(_harness.Errors);
    }

    [Theory]
    [InlineData("{\"i\":9223372036854775808}", 6, "field 'i': value is out of range for BIGINT, got 9223372036854775808")]
    [InlineData("{\"i\":-9223372036854775809}", 6, "field 'i': value is out of range for BIGINT, got -9223372036854775809")]
    [InlineData("{\"i\":123456789012345678901}", 6, "field 'i': value is out of range for BIGINT, got 123456789012345678901")]
    [InlineData("{\"i\":1.0}", 6, "field 'i': expected BIGINT, got 1.0")]
    [InlineData("{\"i\":1e3}", 6, "field 'i': expected BIGINT, got 1e3")]
    [InlineData("{\"i\":01}", 6, "field 'i': value is not JSON, got 01}")]
    [InlineData("{\"i\":+1}", 6, "field 'i': value is not JSON, got +1}")]
    [InlineData("{\"i\":12x}", 8, "field 'i': value is not JSON, got x}")]
    [InlineData("{\"i\":}", 6, "field 'i': value is not JSON, got }")]
    [InlineData("{\"i\":1", 7, "expected ',' or '}', got the end of the line")]
    [InlineData("{\"i\":1}}", 8, "text after the record's closing brace, got }")]
    [InlineData("{\"i\":1,}", 8, "expected a key, got }")]
    [InlineData("{\"i\" 1}", 6, "expected ':', got 1}")]
    [InlineData("{,\"i\":1}", 2, "expected a key or '}', got ,\"i\":1}")]
    [InlineData(",\"i\":1}", 1, "expected a JSON object, got ,\"i\":1}")]
    [InlineData("[1]", 1, "expected a JSON object, got [1]")]
    [InlineData("{\"s\":\"abc", 10, "field 's': text is not closed, got the end of the line")]
    [InlineData("{\"s\":\"a\\", 8, "field 's': escape is not valid, got \\")]
    [InlineData("{\"s\":\"a\\q\"}", 8, "field 's': escape is not valid, got \\q\"}")]
    [InlineData("{\"s\":\"a\u0000b\"}", 8, "field 's': control character in text, got \u0000b\"}")]
    [InlineData("{\"s\":\"\\ud83d\"}", 6, "field 's': half of a surrogate pair in text, got \"\\ud83d\"}")]
    [InlineData("{\"i\":true}", 6, "field 'i': expected BIGINT, got true")]
    [InlineData("{\"i\":[1]}", 6, "field 'i': expected BIGINT, got [1]")]
    public void A_record_is_refused(string line, int column, string message)
    {
        string good = "{\"i\":1,\"s\":\"x\"}\n";
        Assert.Equal(["1|x", "1|x", "1|x"], Json(IS, good + good + line + "\n" + good));
        Assert.Equal($"file.txt:3:{column}: {message}", Assert.Single(_harness.Errors).ToString());
    }

    [Fact]
    public void Fields_in_any_order_are_found_by_their_keys()
    {
        SqlField[] columns = [.. Enumerable.Range(0, 20).Select(i => new SqlField($"a_rather_long_key_{i}", SqlType.BigInt))];
        var random = new Random(7);
        var text = new StringBuilder();
        var expected = new List<string>();
        for (int line = 0; line < 500; line++)
        {
            int[] order = [.. Enumerable.Range(0, 20)];
            random.Shuffle(order);
            text.Append('{').AppendJoin(',', order.Select(i => $"\"a_rather_long_key_{i}\":{i + line}")).Append("}\n");
            expected.Add(string.Join("|", Enumerable.Range(0, 20).Select(i => i + line)));
        }

        Assert.Equal(expected, Json(columns, text.ToString()));
        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void Validation_wanted_reads_no_further_than_the_last_wanted_column()
    {
        SqlField[] columns = FormatHarness.Columns(("i", SqlType.BigInt), ("s", SqlType.String), ("l", SqlType.Array(SqlType.BigInt)));
        const string Text = "{\"s\":\"x\",\"i\":1,\"l\":[1,2]}\n{\"i\":2,\"s\":oops\n{ \"i\":3,\"l\":[1,\"z\"]}\n{\"l\":[9],\"i\":4}\n{\"i\":\"z\"}\n{\"s\":1}\n";
        FormatContext context = _harness.Context(columns, ("json.validation", "wanted")) with { Projection = [0] };
        Assert.Equal(["1", "2", "3", "4", "NULL"], _harness.Decode("json", context, Text));
        Assert.Equal("file.txt:5:6: field 'i': expected BIGINT, got \"z\"", Assert.Single(_harness.Errors).ToString());
    }

    [Fact]
    public void A_timestamp_of_zeros_is_an_error_or_null()
    {
        SqlField[] columns = FormatHarness.Columns(("t", SqlType.Timestamp(3)));
        const string Text = "{\"t\":\"0000-00-00 00:00:00\"}\n";
        Assert.Empty(_harness.Decode("json", _harness.Context(columns), Text));
        Assert.Equal(DecodeErrorCode.BadValue, Assert.Single(_harness.Errors).Code);
        Assert.Equal(["NULL"], _harness.Decode("json", _harness.Context(columns, ("json.zero-timestamp.behavior", "CONVERT_TO_NULL")), Text));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_everywhere()
    {
        byte[][] wrong = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]];
        foreach (byte[] bytes in wrong)
        {
            foreach (string shape in new[] { "{\"s\":\"a_b\"}", "{\"q\":\"a_b\"}", "{\"k_\":1}", "{\"s\":\"a\\n_b\"}" })
            {
                int at = shape.IndexOf('_', StringComparison.Ordinal);
                byte[] line = [.. Encoding.UTF8.GetBytes(shape[..at]), .. bytes, .. Encoding.UTF8.GetBytes(shape[(at + 1)..] + "\n{\"i\":1}\n")];
                _harness.Errors.Clear();
                Assert.Equal(["1|NULL"], _harness.Decode(Decoder(IS), line));
                Assert.Equal(DecodeErrorCode.BadUtf8, Assert.Single(_harness.Errors).Code);
            }
        }
    }

    [Fact]
    public void Texts_of_every_length_round_a_vector_are_read()
    {
        var text = new StringBuilder();
        var expected = new List<string>();
        foreach (int length in new[] { 0, 1, 4, 11, 12, 13, 31, 32, 33, 62, 63, 64, 65, 66, 127, 128, 129, 300_000 })
        {
            string value = new('x', length);
            text.Append("{\"s\":\"").Append(value).Append("\",\"i\":").Append(length).Append("}\n");
            text.Append("{\"s\":\"").Append(value).Append("ä\\n\",\"i\":").Append(length).Append("}\n");
            expected.Add($"{length}|{value}");
            expected.Add($"{length}|{value}ä\n");
        }

        Assert.Equal(expected, Json(IS, text.ToString()));
        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void Keys_of_every_length_round_the_longest_that_is_learned_are_read()
    {
        for (int length = 26; length <= 70; length++)
        {
            string key = new('k', length);
            SqlField[] columns = FormatHarness.Columns((key, SqlType.BigInt), ("s", SqlType.String));
            string line = $"{{\"{key}\":5,\"s\":\"a\",\"{key}2\":1}}\n";
            Assert.Equal(["5|a", "5|a", "5|a"], Json(columns, line + line + line));
        }
    }

    [Fact]
    public void Many_distinct_keys_do_not_stop_reading()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 5000; i++)
        {
            text.Append("{\"key").Append(i).Append("\":1,\"i\":").Append(i).Append("}\n");
        }

        List<string> rows = Json(IS, text.ToString());
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i}|NULL"), rows);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Skipped_values_nest_to_a_depth_of_64(int depth, bool good)
    {
        Json(IS, "{\"q\":" + new string('[', depth) + new string(']', depth) + "}\n");
        Assert.Equal(good ? 0 : 1, _harness.Errors.Count);
    }

    [Theory]
    [InlineData("2024-02-29 00:00:00", true)]
    [InlineData("2023-02-29 00:00:00", false)]
    [InlineData("1900-02-29 00:00:00", false)]
    [InlineData("2000-02-29 23:59:59.999999999", true)]
    [InlineData("2000-02-29 23:59:60", false)]
    [InlineData("2000-02-29 24:00:00", false)]
    [InlineData("2000-00-01 00:00:00", false)]
    [InlineData("2000-01-01T00:00:00", false)]
    [InlineData("2000-01-01 00:00:00Z", false)]
    [InlineData("2000-01-01 00:00:00.", false)]
    [InlineData("2000-01-01 00:00:0x", false)]
    [InlineData("20000101 00:00:00", false)]
    public void A_timestamp_is_checked(string text, bool good)
    {
        Json(FormatHarness.Columns(("t", SqlType.Timestamp(3))), $"{{\"t\":\"2000-01-01 00:00:00\"}}\n{{\"t\":\"{text}\"}}\n");
        Assert.Equal(good ? 0 : 1, _harness.Errors.Count);
    }

    [Fact]
    public void Iso_timestamps_need_their_option()
    {
        SqlField[] columns = FormatHarness.Columns(("t", SqlType.Timestamp(3)), ("z", SqlType.TimestampLtz(3)));
        string line = "{\"t\":\"1970-01-01T00:00:01\",\"z\":\"1970-01-01T00:00:01+01:00\"}";
        Assert.Empty(Json(columns, line));
        Assert.Equal(["1000|-3599000"], Json(columns, line, ("json.timestamp-format.standard", "ISO-8601")));
    }

    [Fact]
    public void Missing_and_null_fields_follow_the_declaration()
    {
        SqlField[] columns = FormatHarness.Columns(("i", SqlType.BigInt.WithNullable(false)), ("s", SqlType.String));
        Assert.Equal(["1|NULL"], Json(columns, "{\"i\":1}\n{\"s\":\"a\"}\n{\"i\":null}\n"));
        Assert.Equal(
            ["file.txt:2:9: field 'i': column is NOT NULL and the field is missing", "file.txt:3:6: field 'i': column is NOT NULL, got null"],
            _harness.Errors.Select(e => e.ToString()));
        _harness.Errors.Clear();
        Assert.Equal(["1|x"], Json(columns, "{\"i\":1}\n{\"i\":1,\"s\":\"x\"}", ("json.fail-on-missing-field", "true")));
        Assert.Equal(DecodeErrorCode.MissingField, Assert.Single(_harness.Errors).Code);
    }

    [Fact]
    public void Ignored_errors_give_null_fields_and_leave_broken_records_out()
    {
        List<string> rows = Json(IS, "{\"i\":\"x\",\"s\":\"a\"}\n{\"i\":1\n{\"i\":2,\"s\":\"b\"}", ("json.ignore-parse-errors", "true"));
        Assert.Equal(["NULL|a", "2|b"], rows);
        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void A_bad_element_behind_a_thousand_good_ones_takes_the_row_back()
    {
        SqlField[] columns = FormatHarness.Columns(("a", SqlType.Array(SqlType.Array(SqlType.BigInt))), ("n", SqlType.Row([new SqlField("x", SqlType.Array(SqlType.String))])));
        string many = string.Join(",", Enumerable.Range(0, 1000).Select(i => $"[{i},{i}]"));
        string good = "{\"a\":[[1],[],null],\"n\":{\"x\":[\"p\",\"q\"]}}\n";
        Assert.Equal(
            ["[[1],[],NULL]|([p,q])", "[[1],[],NULL]|([p,q])", "NULL|NULL", "NULL|(NULL)"],
            Json(columns, good + $"{{\"n\":{{\"x\":[\"z\"]}},\"a\":[{many},[true]]}}\n" + good + "{\"a\":[[9]],\"n\":{\"x\":[\"w\"]},\"a\":null,\"n\":null}\n{\"n\":{}}\n"));
        Assert.Single(_harness.Errors);
    }

    [Fact]
    public void Every_cut_into_blocks_gives_the_same_rows_and_errors()
    {
        string text = "\uFEFF{\"i\":1,\"s\":\"first\"}\r\n\n{\"s\":\"a text longer than twelve bytes\",\"i\":2}\n{\"i\":bad}\n"
            + "{\"i\":3,\"s\":\"\\u00e4 with an escape, and long\"}\n   \n{\"i\":4}\n[]\r\n{\"i\":5,\"s\":\"last line has no line feed, but text\"}";
        List<string> expected = Json(IS, text);
        string[] errors = [.. _harness.Errors.Select(e => e.ToString() + e.Offset)];
        Assert.Equal(5, expected.Count);
        Assert.Equal(2, errors.Length);
        for (int chunk = 1; chunk < Encoding.UTF8.GetByteCount(text) + 1; chunk++)
        {
            foreach (int block in new[] { 1, 300, 1 << 20 })
            {
                _harness.Errors.Clear();
                FormatContext context = _harness.Context(IS) with { BlockBytes = block, MaxRows = 2 };
                Assert.Equal(expected, _harness.Decode("json", context, text, chunk));
                Assert.Equal(errors, _harness.Errors.Select(e => e.ToString() + e.Offset));
            }
        }
    }

    [Fact]
    public void Reading_goes_on_at_any_batch_boundary()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("{\"i\":1}\n{\"i\":2}\n\n{\"i\":x}\n{\"i\":3}\n{\"i\":4}\n");
        FormatContext context = _harness.Context(IS) with { MaxRows = 1 };
        List<string> all = _harness.Decode(FormatTable.Get("json").CreateBlockDecoder(context), bytes);
        long[] positions = [.. _harness.Positions];
        Assert.Equal(["1|NULL", "2|NULL", "3|NULL", "4|NULL"], all);
        for (int i = 0; i < 4; i++)
        {
            List<string> rest = _harness.Decode(
                FormatTable.Get("json").CreateBlockDecoder(context), bytes.AsSpan((int)positions[i]), position: positions[i]);
            Assert.Equal(all.Skip(i + 1), rest);
        }
    }

    [Fact]
    public void A_record_that_is_too_large_is_left_out_in_constant_memory()
    {
        string text = "{\"i\":1}\n{\"s\":\"" + new string('x', 100_000) + "\"}\n{\"i\":2}\n";
        FormatContext context = _harness.Context(IS) with { BlockBytes = 4096, MaxRecordBytes = 20_000 };
        Assert.Equal(["1|NULL", "2|NULL"], _harness.Decode("json", context, text, 1000));
        DecodeError error = Assert.Single(_harness.Errors);
        Assert.Equal((DecodeErrorCode.RecordTooLarge, 2L, 8L), (error.Code, error.Line, error.Offset));
    }

    [Fact]
    public void A_projection_checks_all_columns_and_gives_the_wanted()
    {
        FormatContext context = _harness.Context(IS) with { Projection = ValueList.Create<int>([1]) };
        Assert.Equal(["a"], _harness.Decode("json", context, "{\"i\":1,\"s\":\"a\"}\n{\"i\":\"q\",\"s\":\"b\"}\n"));
        Assert.Single(_harness.Errors);
    }

    [Fact]
    public void Objects_of_more_than_64_fields_are_read()
    {
        SqlField[] columns = [.. Enumerable.Range(0, 150).Select(i => new SqlField($"c{i}", SqlType.BigInt))];
        string line = "{" + string.Join(",", Enumerable.Range(0, 150).Where(i => i % 3 != 0).Select(i => $"\"c{i}\":{i}")) + ",\"c1\":7}\n";
        string row = string.Join("|", Enumerable.Range(0, 150).Select(i => i % 3 == 0 ? "NULL" : i == 1 ? "7" : $"{i}"));
        Assert.Equal([row, row], Json(columns, line + line));
    }

    [Fact]
    public void Real_files_read_equal_to_a_reader_of_documents()
    {
        SqlField[] flights = FormatHarness.Columns(
            ("departure", SqlType.Timestamp(3)), ("delay", SqlType.BigInt), ("distance", SqlType.BigInt), ("origin", SqlType.String), ("destination", SqlType.String));
        byte[] bytes = File.ReadAllBytes(FormatHarness.DataFile("flights.jsonl"));
        List<string> rows = _harness.Decode(Decoder(flights), bytes, 100_000);
        Assert.Empty(_harness.Errors);
        Assert.Equal(20_000, rows.Count);
        Assert.Equal(JsonOracle.Read(flights, bytes), rows);

        SqlField[] quakes = FormatHarness.Columns(
            ("id", SqlType.String), ("mag", SqlType.Double), ("place", SqlType.String), ("event_time", SqlType.Timestamp(3)), ("tsunami", SqlType.Boolean),
            ("felt", SqlType.BigInt), ("longitude", SqlType.Double), ("latitude", SqlType.Double), ("depth_km", SqlType.Double), ("status", SqlType.String));
        bytes = File.ReadAllBytes(FormatHarness.DataFile("earthquakes.jsonl"));
        rows = _harness.Decode(Decoder(quakes), bytes, 10_000);
        Assert.Empty(_harness.Errors);
        Assert.Equal(JsonOracle.Read(quakes, bytes), rows);
    }

    private JsonDecoder Decoder(SqlField[] columns) => new(_harness.Context(columns), new JsonOptions());

    private List<string> Json(SqlField[] columns, string text, params (string Key, string Value)[] options) =>
        _harness.Decode("json", _harness.Context(columns, options), text);
}
