using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Errors;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

public sealed class CsvDecoderTests : IDisposable
{
    private static readonly SqlField[] SID = FormatHarness.Columns(("s", SqlType.String), ("i", SqlType.BigInt), ("d", SqlType.Double));
    private readonly FormatHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Every_type_is_read()
    {
        SqlField[] columns = FormatHarness.Columns(
            ("b", SqlType.Boolean), ("t", SqlType.TinyInt), ("f", SqlType.Float), ("d9", SqlType.Decimal(9, 2)), ("d30", SqlType.Decimal(30, 1)),
            ("x", SqlType.Bytes), ("day", SqlType.Date), ("tm", SqlType.Time(3)), ("ts", SqlType.Timestamp(3)), ("ltz", SqlType.TimestampLtz(3)),
            ("a", SqlType.Array(SqlType.BigInt)), ("r", SqlType.Row([new SqlField("p", SqlType.String), new SqlField("q", SqlType.BigInt)])));
        Assert.Equal(
            ["True|-1|1.5|12.34|5.0|0102|1|1000|1250|1000|[1,2,NULL]|(x,7)", "NULL|NULL|NULL|NULL|NULL||NULL|NULL|NULL|NULL|[]|NULL"],
            Csv(columns, "true,-1,1.5,12.34,5,AQI=,1970-01-02,00:00:01,1970-01-01 00:00:01.25,1970-01-01 00:00:01Z,1;2;,x;7\n,,,,,,,,,,,\n"));
        Assert.Empty(_harness.Errors);
    }

    [Theory]
    [InlineData("a,1,2.5", "a|1|2.5")]
    [InlineData("\"a,\"\"b\"\"\",\"1\",\"2.5\"", "a,\"b\"|1|2.5")]
    [InlineData("\"\",,", "|NULL|NULL")]
    [InlineData(",1,", "|1|NULL")]
    [InlineData("a, 1 ,+2.5", "a|1|2.5")]
    [InlineData("a,007,1e3", "a|7|1000")]
    [InlineData("a,9223372036854775807,-0.1\r", "a|9223372036854775807|-0.1")]
    [InlineData("\"quoted text that is longer than a vector of bytes\",1,\"1\"\r", "quoted text that is longer than a vector of bytes|1|1")]
    public void A_line_is_accepted(string line, string row)
    {
        Assert.Equal([row], Csv(SID, line));
        Assert.Equal([row, row], Csv(SID, line + "\n\n" + line + "\n"));
        Assert.Empty(_harness.Errors);
    }

    [Theory]
    [InlineData("a,1", "2:4: expected 3 fields, got 2")]
    [InlineData("a", "2:2: expected 3 fields, got 1")]
    [InlineData("a,1,2,3,\"4\"", "2:6: expected 3 fields, got 5")]
    [InlineData("a,12x,2", "2:3: field 'i': expected BIGINT, got 12x")]
    [InlineData("a,9223372036854775808,2", "2:3: field 'i': value is out of range for BIGINT, got 9223372036854775808")]
    [InlineData("a,1,2.x", "2:5: field 'd': expected DOUBLE, got 2.x")]
    [InlineData("\"a,1,2", "2:1: field 's': quote is not closed on its line")]
    [InlineData("a\"b,1,2", "2:2: field 's': quote in a field that does not begin with one")]
    [InlineData("\"a\"b,1,2", "2:4: field 's': text behind a closing quote")]
    public void A_line_is_refused(string line, string message)
    {
        Assert.Equal(["x|1|1", "x|1|1"], Csv(SID, "x,1,1\n" + line + "\nx,1,1\n"));
        Assert.Equal("file.txt:" + message, Assert.Single(_harness.Errors).ToString());
    }

    private static readonly SqlField[] SSD = FormatHarness.Columns(("s", SqlType.String), ("t", SqlType.String), ("d", SqlType.Double));

    [Fact]
    public void A_quote_that_is_never_closed_costs_its_line_alone()
    {
        Assert.Equal(["a|1|2", "c|3|4"], Csv(SID, "a,1,2\n\"b,1,2\nc,3,4\n", ("csv.multiline", "true")));
        Assert.Equal("file.txt:2:1: field 's': quote is not closed before the end of the file", Assert.Single(_harness.Errors).ToString());
        _harness.Errors.Clear();
        Assert.Equal(["a\n\n|1|2", "d|3|4"], Csv(SID, "\"a\n\n\",1,2\n\"c\n\"x,3,4\nd,3,4\n", ("csv.multiline", "true")));
        Assert.Equal(["file.txt:4:", "file.txt:5:"], _harness.Errors.Select(e => e.ToString()[..11]));
    }

    [Fact]
    public void Options_change_the_grammar()
    {
        Assert.Equal(["a;b|1|2"], Csv(SID, "'a;b';1;2", ("csv.field-delimiter", ";"), ("csv.quote-character", "'")));
        Assert.Equal(["\"a|1|2"], Csv(SID, "\"a\t1\t2", ("csv.field-delimiter", "\\t"), ("csv.disable-quote-character", "true")));
        Assert.Equal(["a,b|1|2"], Csv(SID, "a\\,b,1,2", ("csv.escape-character", "\\")));
        Assert.Equal(["NULL|NULL|1", "n/a|1|1", "|1|1"], Csv(SID, "n/a,n/a,1\n\"n/a\",1,1\n,1,1", ("csv.null-literal", "n/a")));
        Assert.Equal(["a|1|2"], Csv(SID, "# remark\na,1,2\n#x", ("csv.allow-comments", "true")));
        Assert.Equal(["a|NULL|2", "b|NULL|NULL", "c|1|2"], Csv(SID, "a,x,2\nb\nc,1,2,9", ("csv.ignore-parse-errors", "true")));
        Assert.Equal(
            ["c|1|2"], Csv(SID, "b\nc,1,2", ("csv.ignore-parse-errors", "true"), ("csv.fail-on-missing-columns", "true")));
        Assert.Equal(["a|1|2"], Csv(SID, "a,1,2,x,y", ("csv.ignore-trailing-unmappable", "true")));
        Assert.Equal(["a|1|2", "b|1|2"], Csv(SID, "a,1,2,\nb,1,2,\r\n"));
        Assert.Equal(["NULL|1|2", "NULL|1|2"], Csv(SID, ",1,2\n\"\",1,2", ("csv.empty-string-as-null", "true")));
        Assert.Equal(["a|1|2"], Csv(SID, "whatever, this is\na,1,2", ("csv.ignore-first-line", "true")));
        Assert.Equal(["a b| x|2"], Csv(SSD, "  a b , \" x\" , 2 ", ("csv.trim-spaces", "true")));
        Assert.Equal(
            ["a\nb|1|2", "c\r\n,\"d|3|4"],
            Csv(SID, "\"a\nb\",1,2\n\"c\r\n,\"\"d\",3,4\n", ("csv.multiline", "true")));
        Assert.Equal(["a|1|2"], Csv(SID, "s,i,d\na,1,2", ("csv.header", "true")));
        Assert.Equal(["a|1|2"], Csv(SID, "other,\"na me\",x\r\na,1,2", ("csv.header", "true")));
        Assert.Empty(_harness.Errors);
        Assert.Contains("in the header it is number 2", Assert.Throws<UserException>(() => Csv(SID, "i,s,d\n", ("csv.header", "true"))).Message, StringComparison.Ordinal);
        Assert.Contains("header names 2 columns", Assert.Throws<UserException>(() => Csv(SID, "i,s\n", ("csv.header", "true"))).Message, StringComparison.Ordinal);
        Assert.Contains("one ASCII character", Assert.Throws<UserException>(() => Csv(SID, "", ("csv.field-delimiter", "ab"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_into_blocks_gives_the_same_rows_and_errors()
    {
        string text = "s,i,d\r\n\"quote at an edge, and a long one \"\"here\"\"\",1,\r\nbad\n,,\n\"open,1,2\nlast field without line feed,2,";
        (string, string)[] options = [("csv.header", "true")];
        List<string> expected = Csv(SID, text, options);
        string[] errors = [.. _harness.Errors.Select(e => e.ToString() + e.Offset)];
        Assert.Equal(3, expected.Count);
        Assert.Equal(2, errors.Length);
        for (int chunk = 1; chunk <= Encoding.UTF8.GetByteCount(text); chunk++)
        {
            foreach (int block in new[] { 1, 300, 1 << 20 })
            {
                _harness.Errors.Clear();
                FormatContext context = _harness.Context(SID, options) with { BlockBytes = block, MaxRows = 2 };
                Assert.Equal(expected, _harness.Decode("csv", context, text, chunk));
                Assert.Equal(errors, _harness.Errors.Select(e => e.ToString() + e.Offset));
            }
        }
    }

    [Fact]
    public void The_real_file_reads_equal_to_a_naive_reader()
    {
        SqlField[] columns = FormatHarness.Columns(
            ("iata", SqlType.String), ("name", SqlType.String), ("city", SqlType.String), ("state", SqlType.String), ("country", SqlType.String),
            ("latitude", SqlType.Double), ("longitude", SqlType.Double));
        string text = File.ReadAllText(FormatHarness.DataFile("airports.csv"));
        List<string> rows = Csv(columns, text, ("csv.header", "true"));
        Assert.Empty(_harness.Errors);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            new CsvOracle(columns, new CsvDialect()).Read(Encoding.UTF8.GetBytes(string.Join('\n', lines.Skip(1)))).Select(r => r.Row), rows);
        Assert.Equal(3376, rows.Count);
    }

    private List<string> Csv(SqlField[] columns, string text, params (string Key, string Value)[] options) =>
        _harness.Decode("csv", _harness.Context(columns, options), text);
}
