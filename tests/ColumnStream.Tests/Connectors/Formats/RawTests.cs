using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

/// <summary>Goal: a value's bytes are read and written as they are. Method: bytes laid out by hand, and round trips in all cuts.</summary>
public sealed class RawTests : IDisposable
{
    private readonly FormatHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Text_is_one_value_a_line()
    {
        Assert.Equal(["a,\"b", "", "wörld", "last"], Decode(SqlType.String, Encoding.UTF8.GetBytes("a,\"b\r\n\nwörld\nlast")));
        Assert.Equal(["\uFEFFx"], Decode(SqlType.String, Encoding.Latin1.GetBytes("\u00EF\u00BB\u00BFx"), ("raw.charset", "utf-8")).Select(r => "\uFEFF" + r));
        Assert.Equal(["EFBBBF61", ""], Decode(SqlType.Bytes, [0xEF, 0xBB, 0xBF, 0x61, 10, 10]));
        Assert.Equal(["wörld €"], Decode(SqlType.String, [.. Encoding.Latin1.GetBytes("wörld "), 0x80, 10], ("raw.charset", "windows-1252")));
        Assert.Equal(["中文"], Decode(SqlType.String, [0xD6, 0xD0, 0xCE, 0xC4], ("raw.charset", "GBK")));
        Assert.Empty(_harness.Errors);
        Assert.Equal(["b"], Decode(SqlType.String, [0xFF, 10, (byte)'b', 10]));
        Assert.Equal("file.txt:1:1: field 'v': text is not valid in its charset", Assert.Single(_harness.Errors).ToString());
    }

    [Fact]
    public void Numbers_have_their_width_and_order()
    {
        Assert.Equal(["258", "2570"], Decode(SqlType.SmallInt, [1, 2, 10, 10, 10, 10]));
        Assert.Equal(["513"], Decode(SqlType.SmallInt, [1, 2, 10], ("raw.endianness", "little-endian")));
        Assert.Equal(["-2"], Decode(SqlType.Integer, [255, 255, 255, 254, 10]));
        Assert.Equal(["1"], Decode(SqlType.BigInt, [0, 0, 0, 0, 0, 0, 0, 1, 10]));
        Assert.Equal(["1.5"], Decode(SqlType.Float, [0x3F, 0xC0, 0, 0]));
        Assert.Equal(["-2"], Decode(SqlType.Double, [0, 0, 0, 0, 0, 0, 0, 0xC0], ("raw.endianness", "little-endian")));
        Assert.Equal(["True", "False", "True"], Decode(SqlType.Boolean, [1, 10, 0, 10, 7, 10]));
        Assert.Equal(["-1"], Decode(SqlType.TinyInt, [255, 10]));
        Assert.Empty(_harness.Errors);
        Assert.Equal(["1"], Decode(SqlType.Integer, [1, 2, 3, 4, 5, 10, 0, 0, 0, 1, 10, 9]));
        Assert.Equal(
            ["file.txt:1:1: field 'v': expected 4 bytes, got 5", "file.txt:3:1: field 'v': expected 4 bytes, got 1"],
            _harness.Errors.Select(e => e.ToString()));
    }

    [Fact]
    public void Random_values_survive_every_cut()
    {
        var random = new Random(11);
        foreach (SqlType type in new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt })
        {
            SqlField[] columns = FormatHarness.Columns(("v", type));
            string text = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"v\":{(short)random.Next(1 << 16) & (i % 3 == 0 ? 0x0A0A : 0x7FFF)}}}\n"));
            RecordBatch batch = _harness.Batch("json", _harness.Context(columns), text);
            string[] rows = [.. Enumerable.Range(0, batch.Length).Select(i => FormatHarness.Print(batch, i))];
            foreach (string order in new[] { "big-endian", "little-endian" })
            {
                FormatContext context = _harness.Context(columns, ("raw.endianness", order)) with { BlockBytes = 64, MaxRows = 33 };
                byte[] bytes = Encode(context, batch);
                for (int chunk = 1; chunk < 40; chunk++)
                {
                    Assert.Equal(rows, _harness.Decode(FormatTable.Get("raw").CreateBlockDecoder(context), bytes, chunk));
                }
            }

            batch.Release();
        }

        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void What_raw_cannot_hold_is_refused_by_name()
    {
        Format raw = FormatTable.Get("raw");
        Assert.Contains("holds exactly one", Refused(() => raw.Validate(_harness.Context(FormatHarness.Columns(("a", SqlType.String), ("b", SqlType.String))))), StringComparison.Ordinal);
        Assert.Contains("'d' DATE", Refused(() => raw.Validate(_harness.Context(FormatHarness.Columns(("d", SqlType.Date))))), StringComparison.Ordinal);
        Assert.Contains("the name of a charset", Refused(() => Decode(SqlType.String, [], ("raw.charset", "klingon"))), StringComparison.Ordinal);
        Assert.Contains("line feed is the byte 10", Refused(() => Decode(SqlType.String, [], ("raw.charset", "UTF-16"))), StringComparison.Ordinal);
        Assert.Contains("big-endian", Refused(() => Decode(SqlType.String, [], ("raw.endianness", "middle"))), StringComparison.Ordinal);
        SqlField[] columns = FormatHarness.Columns(("v", SqlType.String));
        RecordBatch batch = _harness.Batch("json", _harness.Context(columns), "{}\n");
        Assert.Contains("NULL cannot be written", Refused(() => _harness.Encode("raw", _harness.Context(columns), batch)), StringComparison.Ordinal);
        batch.Release();
    }

    private static string Refused(Action deed) => Assert.Throws<UserException>(deed).Message;

    private List<string> Decode(SqlType type, byte[] bytes, params (string, string)[] options) =>
        _harness.Decode(
            FormatTable.Get("raw").CreateBlockDecoder(_harness.Context(FormatHarness.Columns(("v", type)), options)), bytes, 3);

    private byte[] Encode(FormatContext context, RecordBatch batch)
    {
        using RowEncoder encoder = FormatTable.Get("raw").CreateEncoder(context);
        using var output = new OutputBuffer(_harness.Allocator);
        var stream = new StreamBatch(batch.Retain());
        encoder.Encode(stream, output);
        stream.Release();
        return output.Written.ToArray();
    }
}
