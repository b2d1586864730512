using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Testing.Formats;
using ColumnStream.Tests.Compute.Nested;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

/// <summary>Writes random nested columns as Arrow files and reads them back.</summary>
public sealed class NestedArrowTests
{
    [Fact]
    public void Nested_columns_cross_a_file_unchanged()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            using var harness = new FormatHarness();
            var random = new Random(seed);
            var model = new NestedModel(random) { Shuffles = false };
            SqlField[] columns = FormatHarness.Columns(("a", model.Nested(3)), ("b", model.Nested(2)));
            int rows = random.Next(1, 60);
            object?[][] values = [.. columns.Select(c => Enumerable.Range(0, rows).Select(_ => model.Value(c.Type)).ToArray())];
            var schema = new Schema(
                ValueList.From(columns.Select(c => new Field(c.Name, c.Type.ToArrow(), c.Type.Nullable))));
            ArrayData[] arrays = [.. columns.Select((c, i) => model.Column(c.Type, values[i], harness.Allocator))];
            var batch = new StreamBatch(new RecordBatch(schema, arrays, rows));
            FormatContext context = harness.Context(columns, ("arrow.container", seed % 2 == 0 ? "file" : "stream"));
            byte[] bytes = Write(context, batch, harness);
            batch.Release();
            List<string> read = Read(context, bytes, columns);
            for (int row = 0; row < rows; row++)
            {
                string expected = string.Join('|', columns.Select((c, i) => NestedModel.Print(c.Type, values[i][row])));
                Assert.True(expected == read[row], $"seed {seed}, row {row}: expected {expected}, got {read[row]}");
            }
        }
    }

    private static byte[] Write(FormatContext context, StreamBatch batch, FormatHarness harness)
    {
        using RowEncoder encoder = FormatTable.Get("arrow").CreateEncoder(context);
        using var output = new OutputBuffer(harness.Allocator);
        using var file = new MemoryStream();
        encoder.Begin(output);
        encoder.Encode(batch, output);
        encoder.End(output);
        output.Drain(file);
        return file.ToArray();
    }

    private static List<string> Read(FormatContext context, byte[] bytes, SqlField[] columns)
    {
        using FileDecoder decoder = FormatTable.Get("arrow").CreateFileDecoder(context);
        decoder.Begin("f.arrow", new MemoryStream(bytes), 0);
        var rows = new List<string>();
        while (decoder.Read() is { } batch)
        {
            rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => string.Join(
                '|', columns.Select((c, i) => NestedModel.Print(c.Type, batch.Columns[i], row)))));
            batch.Release();
        }

        return rows;
    }
}
