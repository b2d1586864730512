using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.CData;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;

namespace ColumnStream.Tests.Arrow;

/// <summary>Gives schemas and arrays away by the C data interface and takes them back; counts what is released.</summary>
public sealed unsafe class CDataTests : IDisposable
{
    private readonly GuardedPool _pool = new();
    private readonly BufferAllocator _allocator;

    public CDataTests() => _allocator = new BufferAllocator("c data", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Random_schemas_come_back_equal()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Schema schema = RandomBatches.Schema(new Random(seed));
            CSchema c;
            CSchemaExporter.Export(schema, &c);
            Schema got = CSchemaImporter.ImportSchema(&c);
            Assert.True(schema == got, $"seed {seed}: {schema}\n{got}");
            Assert.True(c.Release is null);
        }
    }

    [Fact]
    public void Random_batches_and_slices_come_back_equal_and_are_released()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            Schema schema = RandomBatches.Schema(random);
            RecordBatch whole = RandomBatches.Batch(random, schema, random.Next(60), _allocator);
            int offset = random.Next(whole.Length + 1);
            RecordBatch batch = whole.Slice(offset, random.Next(whole.Length - offset + 1), _allocator);
            whole.Release();
            CArray c;
            CArrayExporter.Export(batch, &c);
            RecordBatch got = CArrayImporter.Import(&c, schema, _allocator);
            Assert.True(c.Release is null);
            Assert.True(ArrayEquality.Equals(batch, got), $"seed {seed}: {schema}");
            batch.Release();
            if (got.Length > 0)
            {
                RecordBatch half = got.Slice(got.Length / 2, got.Length - (got.Length / 2), _allocator);
                got.Release();
                got = half;
            }

            // Written from foreign memory, also where the producer's last reference was the export's.
            _ = IpcBytes.Write(schema, [got], _allocator, new() { TextAsViews = seed % 2 == 0 }, file: false);
            got.Release();
            Assert.Equal(0, _allocator.UsedBytes);
        }
    }

    [Fact]
    public void A_child_that_was_moved_out_outlives_its_parent()
    {
        using var builder = new StructBuilder(
            DataType.Struct(new Field("a", DataType.Int64), new Field("b", DataType.Utf8View)), _allocator);
        ((FixedWidthBuilder)builder.Fields[0]).Append(7L);
        ((ViewBuilder)builder.Fields[1]).Append("a text that is longer than twelve bytes"u8);
        builder.AppendStruct();
        ArrayData record = builder.Finish();
        CArray parent;
        CArrayExporter.Export(record, &parent);
        record.Release();
        CArray child = *parent.Children[1];
        parent.Children[1]->Release = null;
        parent.Release(&parent);
        Assert.NotEqual(0, _allocator.UsedBytes);
        var text = (ViewArray)CArrayImporter.Import(&child, DataType.Utf8View, _allocator);
        Assert.True(text.GetBytes(0).SequenceEqual("a text that is longer than twelve bytes"u8));
        Assert.True(text.ViewsBuffer.IsForeign);
        text.Release();
        Assert.Equal(0, _allocator.UsedBytes);
    }

    [Fact]
    public void Structures_that_contradict_themselves_are_refused_and_released()
    {
        int* numbers = stackalloc int[] { 0, 3, 2, 9 };
        byte* bytes = stackalloc byte[16];
        void** buffers = stackalloc void*[] { null, numbers, bytes };
        Refuse(DataType.Utf8, new CArray { Length = 2, BufferCount = 3, Buffers = buffers });
        Refuse(DataType.Utf8, new CArray { Length = 1, BufferCount = 2, Buffers = buffers });
        Refuse(DataType.Int32, new CArray { Length = 1, BufferCount = 2 });
        Refuse(DataType.Int32, new CArray { Length = -1, BufferCount = 2, Buffers = buffers });
        Refuse(DataType.Int32, new CArray { Length = 1, Offset = int.MaxValue, BufferCount = 2, Buffers = buffers });
        Refuse(DataType.Int32, new CArray { Length = 1, NullCount = 2, BufferCount = 2, Buffers = buffers });
        void** none = stackalloc void*[] { null, null };
        Refuse(DataType.Bool, new CArray { Length = 1, BufferCount = 2, Buffers = none });
        Refuse(
            DataType.List(new Field("item", DataType.Int32)), new CArray { Length = 1, BufferCount = 2, Buffers = buffers });
        Refuse(
            DataType.Dictionary(DataType.Int32, DataType.Int32),
            new CArray { Length = 1, BufferCount = 2, Buffers = buffers });
        foreach (string format in (string[])["", "x", "+l", "+w:-1", "d:0,0", "d:9", "+us:1,1", "tsx:", "w:", "tt", "+"])
        {
            byte[] text = [.. System.Text.Encoding.ASCII.GetBytes(format), 0];
            fixed (byte* pointer = text)
            {
                s_released = 0;
                var schema = new CSchema { Format = pointer, Release = &FreeSchema };
                Assert.Throws<CDataException>(() => ImportField(schema));
                Assert.Equal(1, s_released);
            }
        }
    }

    [Fact]
    public void Streams_come_back_equal_and_tell_their_errors()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            Schema schema = RandomBatches.Schema(random);
            var batches = new List<RecordBatch>();
            for (int n = random.Next(4); n > 0; n--)
            {
                batches.Add(RandomBatches.Batch(random, schema, random.Next(30), _allocator));
            }

            bool fails = seed % 2 == 0;
            CArrayStream c;
            CStreamExporter.Export(schema, Yield(batches, fails), &c);
            using (var reader = new CStreamReader(&c, _allocator))
            {
                Assert.True(c.Release is null);
                Assert.Equal(schema, reader.Schema);
                foreach (RecordBatch expected in batches)
                {
                    RecordBatch got = reader.Read()!;
                    Assert.True(ArrayEquality.Equals(expected, got), $"seed {seed}: {schema}");
                    got.Release();
                }

                if (fails)
                {
                    CDataException error = Assert.Throws<CDataException>(() => reader.Read());
                    Assert.Equal("Foreign stream fails: The source är gone., error 5.", error.Message);
                }
                else
                {
                    Assert.Null(reader.Read());
                }
            }

            IpcBytes.Release(batches);
            Assert.Equal(0, _allocator.UsedBytes);
        }
    }

    internal static IEnumerator<RecordBatch> Yield(List<RecordBatch> batches, bool fails)
    {
        foreach (RecordBatch batch in batches)
        {
            yield return batch.Retain();
        }

        if (fails)
        {
            throw new System.IO.IOException("The source är gone.");
        }
    }

    private static int s_released;

    private static void ImportField(CSchema schema) => CSchemaImporter.ImportField(&schema);

    private void Import(CArray array, DataType type) => CArrayImporter.Import(&array, type, _allocator);

    private void Refuse(DataType type, CArray array)
    {
        s_released = 0;
        array.Release = &FreeArray;
        Assert.Throws<CDataException>(() => Import(array, type));
        Assert.Equal(1, s_released);
        Assert.Equal(0, _allocator.UsedBytes);
    }

    [UnmanagedCallersOnly]
    private static void FreeArray(CArray* array)
    {
        s_released++;
        array->Release = null;
    }

    [UnmanagedCallersOnly]
    private static void FreeSchema(CSchema* schema)
    {
        s_released++;
        schema->Release = null;
    }
}
