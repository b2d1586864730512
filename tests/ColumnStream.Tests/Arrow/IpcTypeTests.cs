using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json.Nodes;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;

namespace ColumnStream.Tests.Arrow;

/// <summary>Keeps metadata of every kind, reads schemas of every size, and refuses bodies that lead astray.</summary>
public sealed class IpcTypeTests : IDisposable
{
    private readonly GuardedPool _pool = new();
    private readonly BufferAllocator _allocator;

    public IpcTypeTests() => _allocator = new BufferAllocator("ipc types", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Metadata_of_schema_fields_messages_and_footer_is_kept()
    {
        ValueList<MetadataEntry> extension =
            [new("ARROW:extension:name", "uuid"), new("ARROW:extension:metadata", "å"), new("k", "1"), new("k", "2")];
        var schema = new Schema(new Field("u", DataType.Struct(new Field("x", DataType.Null) { Metadata = extension })))
        {
            Metadata = [new("schema", "yes")],
        };
        var record = new StructArray(schema.Fields[0].Type, 3, [new NullArray(3)], null);
        var batch = new RecordBatch(schema, [record], 3) { Metadata = [new("batch", "one")] };
        var options = new IpcWriterOptions { Metadata = [new("message", "first")] };
        using var stream = new MemoryStream();
        using (var writer = new IpcStreamWriter(stream, schema, _allocator, options))
        {
            writer.Write(batch);
            writer.Finish();
        }

        using var file = new MemoryStream();
        using (var writer = new IpcFileWriter(file, schema, _allocator, options))
        {
            writer.Write(batch);
            writer.Finish([new("footer", "last")]);
        }

        batch.Release();
        stream.Position = 0;
        using var streamReader = new IpcStreamReader(stream, _allocator);
        using var fileReader = new IpcFileReader(file, _allocator);
        Assert.Equal(options.Metadata, streamReader.Metadata);
        Assert.Equal([new MetadataEntry("footer", "last")], fileReader.Metadata);
        foreach (RecordBatch got in (RecordBatch[])[streamReader.Read()!, fileReader.ReadBatch(0)])
        {
            Assert.Equal(schema, got.Schema);
            Assert.Equal([new MetadataEntry("batch", "one")], got.Metadata);
            got.Release();
        }
    }

    [Fact]
    public void A_schema_of_20000_columns_and_one_of_60_levels_are_read()
    {
        var fields = new Field[20_000];
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field($"a column with a long name and the number {i}", DataType.Null);
            columns[i] = new NullArray(2);
        }

        DataType deep = DataType.Int8;
        for (int i = 0; i < 60; i++)
        {
            deep = DataType.FixedSizeList(new Field("item", deep), 1);
        }

        foreach (Schema schema in (Schema[])[new Schema(fields), new Schema(new Field("deep", deep))])
        {
            using ColumnBuilder builder = ColumnBuilder.Create(deep, _allocator, 1);
            builder.AppendNull();
            builder.AppendNull();
            ArrayData[] data = schema.Fields.Count == 1 ? [builder.Finish()] : columns;
            var batch = new RecordBatch(schema, data, 2);
            foreach (bool file in (bool[])[false, true])
            {
                byte[] bytes = IpcBytes.Write(schema, [batch], _allocator, IpcWriterOptions.Default, file);
                List<RecordBatch> got = IpcBytes.Read(bytes, _allocator, null, out Schema read);
                Assert.Equal(schema, read);
                IpcBytes.AssertEqual([batch], got, anyLayout: false);
                IpcBytes.Release(got);
            }

            batch.Release();
        }
    }

    [Fact]
    public void A_schema_that_is_too_deep_is_refused()
    {
        DataType deep = DataType.Int8;
        for (int i = 0; i < 200; i++)
        {
            deep = DataType.List(new Field("item", deep));
        }

        var schema = new Schema(new Field("deep", deep));
        byte[] bytes = IpcBytes.Write(schema, [], _allocator, IpcWriterOptions.Default, file: false);
        IpcException error = Assert.Throws<IpcException>(() => IpcBytes.Read(bytes, _allocator, null, out _));
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_take_no_bytes_are_limited()
    {
        var item = new Field("item", DataType.Null);
        foreach (DataType type in (DataType[])[
            DataType.Null, DataType.Struct(), DataType.FixedSizeBinary(0), DataType.FixedSizeList(item, 0),
            DataType.FixedSizeList(item, 40), DataType.RunEndEncoded(DataType.Int64, item), DataType.Struct(item)])
        {
            Assert.Contains("more rows than its bytes", Refused(type, rows: 5001).Message, StringComparison.Ordinal);
        }

        var none = new RecordBatch(new Schema(), [], 5001);
        byte[] bytes = IpcBytes.Write(none.Schema, [none], _allocator, IpcWriterOptions.Default, file: true);
        Assert.Contains("without columns", Refused(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_that_lead_astray_are_refused_by_field()
    {
        // Each column holds one row whose buffer begins with 0x11; it is changed to something impossible.
        var item = new Field("item", DataType.Int8);
        (DataType Type, string Message)[] cases =
        [
            (DataType.Dictionary(DataType.UInt8, DataType.Int8), "Index leads outside a dictionary of 18 in row 0. Field f"),
            (DataType.SparseUnion([item], [0x11]), "Union names no child, or no row of it, in row 0. Field f"),
            (DataType.DenseUnion([item], [0x11]), "Union names no child, or no row of it, in row 0. Field f"),
            (DataType.RunEndEncoded(DataType.Int16, item), "Run ends do not ascend from above 0 to at least 17. Field f"),
            (DataType.ListView(item), "List leads outside its 17 items in row 0. Field f"),
            (DataType.LargeListView(item), "List leads outside its 17 items in row 0. Field f"),
        ];
        foreach ((DataType type, string message) in cases)
        {
            RecordBatch batch = Marked(type);
            byte[] bytes = IpcBytes.Write(batch.Schema, [batch], _allocator, IpcWriterOptions.Default, file: false);
            List<RecordBatch> got = IpcBytes.Read(bytes, _allocator, null, out _);
            Assert.True(ArrayEquality.Equals(batch, got[0]));
            IpcBytes.Release(got);
            batch.Release();
            int changed = 0;
            foreach (byte bad in (byte[])[0xF0, 0x80])
            {
                for (int at = 64; at < bytes.Length; at += 64)
                {
                    if (bytes[at] == 0x11)
                    {
                        byte[] broken = (byte[])bytes.Clone();
                        broken[at] = bad;
                        broken[at + 1] = (byte)(type.Id == TypeId.RunEndEncoded ? 0x80 : 0);
                        Assert.Contains(message, Refused(broken).Message, StringComparison.Ordinal);
                        changed++;
                    }
                }
            }

            Assert.True(changed > 0, type.ToString());
        }
    }

    [Fact]
    public void A_missing_library_is_named()
    {
        Assert.False(NativeCodecs.IsPresent("libnone.so.9"));
        IpcException error = NativeCodecs.Missing("libnone.so.9", IpcCompression.Zstd);
        Assert.Contains("Library is missing: libnone.so.9, which Zstd bodies need", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_equal_when_their_texts_are()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            DataType type = RandomBatches.Type(random);
            ArrayData a = RandomBatches.Column(random, type, 12, _allocator);
            ArrayData b = RandomBatches.Column(random, type, 12, _allocator);
            ArrayData joined = ArrayConcat.Concat([a, b, a], _allocator);
            JsonArray texts = CanonicalValues.Column(joined);
            bool loses = type.ToString() is var name
                && (name.Contains("float", StringComparison.Ordinal) || name.Contains("union", StringComparison.Ordinal));
            for (int i = 0; i < joined.Length; i++)
            {
                for (int k = 0; k < joined.Length; k++)
                {
                    bool same = JsonNode.DeepEquals(texts[i], texts[k]);
                    bool equal = ArrayEquality.RowsEqual(joined, i, joined, k);
                    Assert.True(equal ? same : loses || !same, $"seed {seed}, type {type}, rows {i} and {k}");
                }
            }

            a.Release();
            b.Release();
            joined.Release();
        }
    }

    private RecordBatch Marked(DataType type)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, _allocator, 1);
        switch (builder)
        {
            case DictionaryBuilder dictionary:
                Fill(dictionary.Values);
                dictionary.AppendIndex(0x11);
                break;
            case UnionBuilder union:
                ((FixedWidthBuilder)union.Fields[0]).Append((sbyte)1);
                union.AppendUnion(0);
                break;
            case RunEndBuilder runs:
                ((FixedWidthBuilder)runs.Values).Append((sbyte)1);
                runs.AppendRun(0x11);
                break;
            case ListViewBuilder list:
                Fill(list.Items);
                list.AppendList(0, 0);
                list.Truncate(0);
                list.AppendList(1, 0x11);
                break;
            default:
                throw new NotSupportedException(type.ToString());
        }

        ArrayData array = builder.Finish();
        return new RecordBatch(new Schema(new Field("f", type)), [array], array.Length);
    }

    private static void Fill(ColumnBuilder items)
    {
        for (int i = 0; i < 18; i++)
        {
            ((FixedWidthBuilder)items).Append((sbyte)i);
        }
    }

    private IpcException Refused(DataType type, int rows)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, _allocator, 1);
        for (int i = 0; i < rows; i++)
        {
            if (builder is StructBuilder { Fields.Length: 0 } record)
            {
                record.AppendStruct();
            }
            else
            {
                builder.AppendNull();
            }
        }

        ArrayData array = builder.Finish();
        ArrayData plain = array is FixedWidthArray a
            ? new FixedWidthArray(type, rows, a.ValuesBuffer.Retain(), null)
            : array.Retain();
        var batch = new RecordBatch(new Schema(new Field("f", type)), [plain], rows);
        byte[] bytes = IpcBytes.Write(batch.Schema, [batch], _allocator, IpcWriterOptions.Default, file: false);
        batch.Release();
        array.Release();
        return Refused(bytes);
    }

    private IpcException Refused(byte[] bytes)
    {
        var options = new IpcReaderOptions { MaxUnstoredRows = 5000 };
        return Assert.Throws<IpcException>(() => IpcBytes.Read(bytes, _allocator, options, out _));
    }
}
