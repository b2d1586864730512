using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;

namespace ColumnStream.Tests.Arrow;

/// <summary>Writes random batches and reads them back; then feeds the reader what it must refuse.</summary>
public sealed class IpcTests : IDisposable
{
    private readonly GuardedPool _pool = new();
    private readonly BufferAllocator _allocator;

    public IpcTests() => _allocator = new BufferAllocator("ipc", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Random_batches_and_slices_survive_streams_and_files()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            Schema schema = RandomBatches.Schema(random);
            var batches = new List<RecordBatch>();
            for (int n = random.Next(4); n > 0; n--)
            {
                RecordBatch whole = RandomBatches.Batch(random, schema, random.Next(80), _allocator);
                int offset = random.Next(whole.Length + 1);
                batches.Add(whole.Slice(offset, random.Next(whole.Length - offset + 1), _allocator));
                whole.Release();
            }

            var options = new IpcWriterOptions
            {
                Compression = (IpcCompression)random.Next(3),
                TextAsViews = random.Next(2) == 0,
                KeepDecimal64 = random.Next(2) == 0,
            };
            byte[] bytes = IpcBytes.Write(schema, batches, _allocator, options, file: random.Next(2) == 0);
            var read = new IpcReaderOptions
            {
                TextAsViews = random.Next(2) == 0, NarrowDecimals = random.Next(2) == 0, ValidateUtf8 = true,
            };
            List<RecordBatch> got = IpcBytes.Read(bytes, _allocator, read, out Schema schemaGot);
            Assert.Equal(schema.Metadata, schemaGot.Metadata);
            IpcBytes.AssertEqual(batches, got, anyLayout: true);
            IpcBytes.Release(got);
            IpcBytes.Release(batches);
            Assert.Equal(0, _allocator.UsedBytes);
        }
    }

    [Fact]
    public void A_file_in_a_buffer_is_read_without_copying()
    {
        byte[] bytes = Sample(IpcCompression.None, file: true);
        NativeBuffer file = _allocator.Allocate(bytes.Length);
        bytes.CopyTo(file.Span);
        long used = _allocator.UsedBytes;
        using (var reader = new IpcFileReader(file, _allocator))
        {
            RecordBatch batch = reader.ReadBatch(0);
            Assert.Equal(used, _allocator.UsedBytes);
            Assert.Equal("0|row 0 with some text|", Row(batch, 0));
            file.Release();
            batch.Release();
        }

        Assert.Equal(0, _allocator.UsedBytes);
    }

    [Fact]
    public void Bodies_begin_at_multiples_of_64_bytes()
    {
        foreach (bool file in (bool[])[false, true])
        {
            byte[] bytes = Sample(IpcCompression.None, file);
            long value = bytes.AsSpan().IndexOf("row 0 with"u8);
            Assert.True(value > 0);
            Assert.Equal(0, value % 64);
        }
    }

    [Fact]
    public void Every_truncation_is_refused_or_ends_early_and_nothing_leaks()
    {
        foreach (bool file in (bool[])[false, true])
        {
            byte[] bytes = Sample(IpcCompression.Zstd, file);
            for (int length = 0; length < bytes.Length; length++)
            {
                ReadOrRefuse(bytes[..length]);
            }
        }
    }

    [Fact]
    public void Every_flipped_byte_is_read_or_refused_and_nothing_leaks()
    {
        foreach (IpcCompression compression in Enum.GetValues<IpcCompression>())
        {
            byte[] bytes = Sample(compression, file: compression == IpcCompression.Lz4);
            for (int i = 0; i < bytes.Length; i++)
            {
                byte kept = bytes[i];
                foreach (byte mask in (byte[])[0x80, 0x01, 0xFF])
                {
                    bytes[i] = (byte)(kept ^ mask);
                    ReadOrRefuse(bytes);
                }

                bytes[i] = kept;
            }
        }
    }

    [Fact]
    public void A_body_that_expands_beyond_the_limit_is_refused_before_memory_is_taken()
    {
        using var builder = new FixedWidthBuilder(DataType.Int64, _allocator);
        for (int i = 0; i < 100_000; i++)
        {
            builder.Append(0L);
        }

        var schema = new Schema(new Field("zeros", DataType.Int64));
        var batch = new RecordBatch(schema, [builder.Finish()], 100_000);
        var options = new IpcWriterOptions { Compression = IpcCompression.Zstd };
        byte[] bytes = IpcBytes.Write(schema, [batch], _allocator, options, file: false);
        batch.Release();
        Assert.True(bytes.Length < 2000);
        var limit = new IpcReaderOptions { MaxBodyBytes = 100_000 };
        Assert.Throws<IpcException>(() => IpcBytes.Read(bytes, _allocator, limit, out _));
        using BufferAllocator small = _allocator.Child("small", limitBytes: 100_000);
        Assert.Throws<MemoryLimitException>(() => IpcBytes.Read(bytes, small, null, out _));
    }

    [Fact]
    public void A_stream_that_declares_more_than_it_brings_reserves_little()
    {
        byte[] bytes = Sample(IpcCompression.None, file: false);
        using var stream = new Unseekable(bytes[..^100]);
        using BufferAllocator small = _allocator.Child("small", limitBytes: 1 << 20);
        using var reader = new IpcStreamReader(stream, small);
        Assert.Throws<IpcException>(() => reader.Read());
    }

    [Fact]
    public unsafe void Offsets_ascend_unless_one_falls_or_is_negative()
    {
        int* offsets = stackalloc int[50];
        for (int count = 0; count < 49; count++)
        {
            for (int bad = -1; bad <= count; bad++)
            {
                foreach (int wrong in (int[])[-1, int.MinValue, int.MaxValue])
                {
                    for (int i = 0; i <= count; i++)
                    {
                        offsets[i] = 3 * i;
                    }

                    if (bad >= 0)
                    {
                        offsets[bad] = wrong;
                    }

                    bool sound = bad < 0 || (wrong == int.MaxValue && bad == count);
                    Assert.Equal(sound, BodyChecks.OffsetsAscend(offsets, count));
                }
            }
        }
    }

    [Fact]
    public void Dirt_in_views_is_put_right()
    {
        using var builder = new ViewBuilder(DataType.Utf8View, _allocator);
        builder.AppendView(StringView.Inline("abc"u8) with { High = ulong.MaxValue });
        builder.AppendNull();
        var schema = new Schema(new Field("s", DataType.Utf8View));
        var batch = new RecordBatch(schema, [builder.Finish()], 2);
        byte[] bytes = IpcBytes.Write(schema, [batch], _allocator, new() { TextAsViews = true }, file: true);
        List<RecordBatch> got = IpcBytes.Read(bytes, _allocator, null, out _);
        Assert.Equal(StringView.Inline("abc"u8), ((ViewArray)got[0].Columns[0]).Views[0]);
        IpcBytes.Release(got);
        batch.Release();
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused_when_asked()
    {
        using var builder = new BinaryBuilder(DataType.Utf8, _allocator);
        builder.Append([0xC3]);
        var schema = new Schema(new Field("s", DataType.Utf8));
        var batch = new RecordBatch(schema, [builder.Finish()], 1);
        byte[] bytes = IpcBytes.Write(schema, [batch], _allocator, IpcWriterOptions.Default, file: false);
        batch.Release();
        IpcBytes.Release(IpcBytes.Read(bytes, _allocator, null, out _));
        IpcException error = Assert.Throws<IpcException>(
            () => IpcBytes.Read(bytes, _allocator, new() { ValidateUtf8 = true }, out _));
        Assert.Contains("row 0", error.Message, StringComparison.Ordinal);
        Assert.True(error.Position > 0);
    }

    private static string Row(RecordBatch batch, int row)
    {
        var text = new StringBuilder();
        foreach (ArrayData column in batch.Columns)
        {
            ColumnStream.Arrow.Printing.RecordBatchPrinter.AppendValue(text, column, row);
            text.Append('|');
        }

        return text.ToString();
    }

    private byte[] Sample(IpcCompression compression, bool file)
    {
        var schema = new Schema(new Field("n", DataType.Int64), new Field("text", DataType.Utf8));
        using var numbers = new FixedWidthBuilder(DataType.Int64, _allocator);
        using var text = new BinaryBuilder(DataType.Utf8, _allocator);
        for (int i = 0; i < 20; i++)
        {
            numbers.Append((long)i);
            text.Append(Encoding.UTF8.GetBytes($"row {i} with some text"));
        }

        var batch = new RecordBatch(schema, [numbers.Finish(), text.Finish()], 20);
        byte[] bytes = IpcBytes.Write(schema, [batch], _allocator, new() { Compression = compression }, file);
        batch.Release();
        return bytes;
    }

    private void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            using BufferAllocator small = _allocator.Child("small", limitBytes: 1 << 20);
            IpcBytes.Release(IpcBytes.Read(bytes, small, new() { TextAsViews = true, ValidateUtf8 = true }, out _));
        }
        catch (Exception e) when (e is IpcException or MemoryLimitException)
        {
            Assert.Equal(0, _allocator.UsedBytes);
        }
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
