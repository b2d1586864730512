using System;
using System.Collections.Generic;
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

/// <summary>Writes dictionaries that are shared, grow, are replaced or stand inside others, and counts their messages.</summary>
public sealed class DictionaryTests : IDisposable
{
    private static readonly DataType s_text = DataType.Dictionary(DataType.Int8, DataType.Utf8);
    private readonly GuardedPool _pool = new();
    private readonly BufferAllocator _allocator;

    public DictionaryTests() => _allocator = new BufferAllocator("dictionaries", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void One_number_is_one_dictionary()
    {
        var schema = new Schema(
            new Field("a", s_text) { DictionaryId = 7 }, new Field("b", s_text) { DictionaryId = 7 }, new Field("c", s_text));
        ArrayData values = Values("x", "y");
        var batch = new RecordBatch(schema, [Column(values, 0, 1), Column(values, 1, 0), Column(values, 1, 1)], 2);
        values.Release();
        Survives(schema, [batch], streamMessages: ["+7", "+0"], fileMessages: ["+7", "+0"]);
    }

    [Fact]
    public void Growing_is_an_addition_and_another_dictionary_a_replacement_or_in_a_file_an_addition()
    {
        var schema = new Schema(new Field("d", s_text));
        RecordBatch[] batches =
        [
            Batch(schema, ["a", "b"], 0, 1), Batch(schema, ["a", "b"], 1, 1), Batch(schema, ["a", "b", "c"], 2, 0),
            Batch(schema, ["a"], 0, 0), Batch(schema, ["z", "a"], 0, 1), Batch(schema, ["z", "a", "q"], 2, -1),
        ];
        Survives(schema, batches, streamMessages: ["+0", "~0", "+0", "~0"], fileMessages: ["+0", "~0", "~0", "~0"]);
    }

    [Fact]
    public void Columns_of_one_number_may_still_differ()
    {
        var schema = new Schema(new Field("a", s_text) { DictionaryId = 3 }, new Field("b", s_text) { DictionaryId = 3 });
        var batches = new RecordBatch[2];
        for (int i = 0; i < batches.Length; i++)
        {
            ArrayData first = Values("x", "y");
            ArrayData second = Values("p", "q");
            batches[i] = new RecordBatch(schema, [Column(first, 0, 1), Column(second, 1, 0)], 2);
            first.Release();
            second.Release();
        }

        Survives(schema, batches, streamMessages: ["+3", "~3"], fileMessages: ["+3", "~3"]);
    }

    [Fact]
    public void A_dictionary_inside_another_is_written_first_and_both_anew()
    {
        DataType inner = DataType.Struct(new Field("s", s_text));
        DataType outer = DataType.Dictionary(DataType.UInt16, inner);
        var schema = new Schema(new Field("d", outer));
        var batches = new List<RecordBatch>();
        foreach (string word in (string[])["one", "two"])
        {
            ArrayData text = Values(word, "both");
            var records = new StructArray(inner, 2, [Column(text, 1, 0)], null);
            text.Release();
            NativeBuffer indexes = _allocator.AllocateZeroed(6);
            batches.Add(new RecordBatch(schema, [new DictionaryArray(outer, 3, indexes, records, null)], 3));
        }

        // The number of the inner one is given first: its field is inside the outer one's.
        Survives(schema, batches, streamMessages: ["+0", "+1", "+0", "+1"], fileMessages: ["+0", "+1", "~0", "~1"]);
    }

    [Fact]
    public void A_file_whose_dictionaries_exceed_the_index_type_is_refused_and_a_stream_is_not()
    {
        var schema = new Schema(new Field("d", s_text));
        var batches = new List<RecordBatch>();
        for (int i = 0; i < 2; i++)
        {
            var words = new string[100];
            for (int k = 0; k < words.Length; k++)
            {
                words[k] = $"{i}-{k}";
            }

            batches.Add(Batch(schema, words, 99, 0));
        }

        List<RecordBatch> got = IpcBytes.Read(
            IpcBytes.Write(schema, batches, _allocator, IpcWriterOptions.Default, file: false), _allocator, null, out _);
        IpcBytes.AssertEqual(batches, got, anyLayout: false);
        IpcBytes.Release(got);
        OverflowException error = Assert.Throws<OverflowException>(
            () => IpcBytes.Write(schema, batches, _allocator, IpcWriterOptions.Default, file: true));
        Assert.Contains("index type: 200 values, int8. Field d", error.Message, StringComparison.Ordinal);
        IpcBytes.Release(batches);
    }

    [Fact]
    public void Joined_columns_keep_their_values_over_any_dictionaries()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var parts = new ArrayData[random.Next(2, 6)];
            var expected = new List<string>();
            for (int i = 0; i < parts.Length; i++)
            {
                var words = new string[random.Next(1, 5)];
                for (int k = 0; k < words.Length; k++)
                {
                    words[k] = $"w{random.Next(4)}";
                }

                ArrayData values = Values(words);
                var indexes = new int[random.Next(6)];
                for (int k = 0; k < indexes.Length; k++)
                {
                    indexes[k] = random.Next(-1, words.Length);
                    expected.Add(indexes[k] < 0 ? "NULL" : words[indexes[k]]);
                }

                parts[i] = Column(values, indexes);
                values.Release();
            }

            ArrayData joined = ArrayConcat.Concat(parts, _allocator);
            ArrayData flat = ((DictionaryArray)joined).Decode(_allocator);
            foreach (ArrayData array in (ArrayData[])[joined, flat])
            {
                for (int i = 0; i < array.Length; i++)
                {
                    var text = new StringBuilder();
                    ColumnStream.Arrow.Printing.RecordBatchPrinter.AppendValue(text, array, i);
                    Assert.Equal(expected[i], text.ToString());
                }

                array.Release();
            }

            Array.ForEach(parts, part => part.Release());
        }
    }

    [Fact]
    public void Random_successions_of_dictionaries_survive_streams_and_files()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            long? shared = random.Next(2) == 0 ? 5 : null;
            var schema = new Schema(
                new Field("a", s_text) { DictionaryId = shared },
                new Field("l", DataType.List(new Field("item", s_text) { DictionaryId = shared })));
            var batches = new List<RecordBatch>();
            ArrayData values = Values("a", "b");
            for (int n = random.Next(1, 7); n > 0; n--)
            {
                ArrayData next = Next(random, values);
                values.Release();
                values = next;
                ArrayData other = random.Next(3) == 0 ? Values("x", "a") : values.Retain();
                NativeBuffer offsets = _allocator.Allocate(8);
                new Span<byte>([0, 0, 0, 0, 3, 0, 0, 0]).CopyTo(offsets.Span);
                ArrayData list = new ListArray(schema.Fields[1].Type, 1, offsets, Column(other, 0, -1, 1), null);
                batches.Add(new RecordBatch(schema, [Column(values, random.Next(values.Length)), list], 1));
                other.Release();
            }

            values.Release();
            foreach (bool file in (bool[])[false, true])
            {
                var options = new IpcWriterOptions { Compression = (IpcCompression)random.Next(3) };
                List<RecordBatch> got = IpcBytes.Read(
                    IpcBytes.Write(schema, batches, _allocator, options, file), _allocator, null, out _);
                IpcBytes.AssertEqual(batches, got, anyLayout: false);
                IpcBytes.Release(got);
            }

            IpcBytes.Release(batches);
        }
    }

    /// <summary>Makes the same, a longer, a shorter or another dictionary.</summary>
    private ArrayData Next(Random random, ArrayData values) => random.Next(5) switch
    {
        0 => values.Retain(),
        1 => Values("a", "b"),
        2 => Values("a", "b", "c", "d"),
        3 => values.Slice(0, Math.Max(2, values.Length - 1), _allocator),
        _ => Values("q", "a", "b"),
    };

    private ArrayData Values(params string[] words)
    {
        using var builder = new BinaryBuilder(DataType.Utf8, _allocator, words.Length);
        foreach (string word in words)
        {
            builder.Append(Encoding.UTF8.GetBytes(word));
        }

        return builder.Finish();
    }

    private unsafe DictionaryArray Column(ArrayData values, params int[] indexes)
    {
        NativeBuffer buffer = _allocator.Allocate(indexes.Length);
        NativeBuffer validity = _allocator.AllocateZeroed(Bitmap.ByteCount(indexes.Length));
        for (int i = 0; i < indexes.Length; i++)
        {
            // Under null stands what must not be followed.
            buffer.Pointer[i] = (byte)(indexes[i] < 0 ? 99 : indexes[i]);
            Bitmap.Write(validity.Pointer, i, indexes[i] >= 0);
        }

        return new DictionaryArray(s_text, indexes.Length, buffer, values.Retain(), validity);
    }

    private RecordBatch Batch(Schema schema, string[] words, params int[] indexes)
    {
        ArrayData values = Values(words);
        var batch = new RecordBatch(schema, [Column(values, indexes)], indexes.Length);
        values.Release();
        return batch;
    }

    private void Survives(
        Schema schema, IReadOnlyCollection<RecordBatch> batches, string[] streamMessages, string[] fileMessages)
    {
        var written = new List<RecordBatch>(batches);
        foreach (bool file in (bool[])[false, true])
        {
            byte[] bytes = IpcBytes.Write(schema, written, _allocator, IpcWriterOptions.Default, file);
            Assert.Equal(file ? fileMessages : streamMessages, DictionaryMessages(bytes, file));
            List<RecordBatch> got = IpcBytes.Read(bytes, _allocator, null, out Schema read);
            Assert.Equal(schema, read);
            IpcBytes.AssertEqual(written, got, anyLayout: false);
            IpcBytes.Release(got);
        }

        IpcBytes.Release(written);
    }

    /// <summary>Lists dictionary messages as + or ~ (an addition) and the number.</summary>
    private static List<string> DictionaryMessages(byte[] bytes, bool file)
    {
        var messages = new List<string>();
        int at = file ? 8 : 0;
        while (BitConverter.ToInt32(bytes, at) == -1 && BitConverter.ToInt32(bytes, at + 4) is > 0 and int length)
        {
            MessageHeader header = MessageHeader.Parse(bytes.AsSpan(at + 8, length), at + 8);
            if (header.Kind == MessageKind.DictionaryBatch)
            {
                messages.Add((header.Table.Get<byte>(2, 0) == 0 ? "+" : "~") + header.Table.Get<long>(0, 0));
            }

            at += 8 + length + (int)header.BodyLength;
        }

        return messages;
    }
}
