using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.Deferring;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: rows that wait come back once each, those of a key in their order, with kinds, NULLs and long text, and nothing of
// them stays. Method: each row carries its number; batches of any size, with and without kinds, through memory and disk.
// Breaks when a block is lost or read twice, when parts forget the order, when kinds or NULLs are left behind.
public sealed unsafe class WaitingRowsTests : IDisposable
{
    private static readonly Schema Rows = new(
        new Field("k", DataType.Int64), new Field("number", DataType.Int64), new Field("text", DataType.Utf8View));

    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _memory = new();
    private readonly MemorySpillFile _file = new();

    public void Dispose()
    {
        _memory.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(1, 3L << 20, 30, true)]
    [InlineData(2, 3L << 20, 200, false)]
    [InlineData(3, long.MaxValue, 5, false)]
    [InlineData(4, long.MaxValue, 20, true)]
    public void Each_row_comes_back_once_behind_the_earlier_ones_of_its_key(int seed, long limitBytes, int batches, bool isEager)
    {
        using var account = new BufferAllocator("waiting", _buffers, limitBytes);
        using var spill = new StateSpill(() => _file, _memory, account, isEager);
        using var waiting = new WaitingRows(ValueList.Create<int>([0]), spill, account);
        var random = new Random(seed);
        for (int life = 0; life < 2; life++)
        {
            var expected = new Dictionary<long, Queue<string>>();
            long number = 0;
            for (int i = 0; i < batches; i++)
            {
                waiting.Add(Make(random, ref number, expected, account));
            }

            // So many rows have no room in memory, and a few stay there.
            Assert.Equal(limitBytes < long.MaxValue || isEager, waiting.IsOnDisk);
            waiting.Close();
            while (waiting.Next(random.Next(1, 500)) is StreamBatch batch)
            {
                for (int i = 0; i < batch.Rows.Length; i++)
                {
                    Assert.Equal(expected[Key(batch, i)].Dequeue(), Print(batch, i));
                }

                batch.Release();
            }

            Assert.All(expected.Values, Assert.Empty);
            Assert.True(waiting.IsEmpty);
            Assert.Equal(0, waiting.Bytes);
        }
    }

    [Fact]
    public void A_full_disk_and_turned_bits_are_errors_with_a_code_and_leave_nothing()
    {
        (Action<MemorySpillFile> Break, int Code)[] cases = [(file => file.LimitBytes = 100_000, 5017), (file => file.Damage(), 5018)];
        foreach ((Action<MemorySpillFile> breaks, int code) in cases)
        {
            using var file = new MemorySpillFile();
            using var account = new BufferAllocator("waiting", _buffers);
            using var spill = new StateSpill(() => file, _memory, account, always: true);
            using var waiting = new WaitingRows(ValueList.Create<int>([0]), spill, account);
            var random = new Random(7);
            long number = 0;
            var none = new Dictionary<long, Queue<string>>();
            waiting.Add(Make(random, ref number, none, account));
            breaks(file);
            ExternalException failure = Assert.Throws<ExternalException>(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    waiting.Add(Make(random, ref number, none, account));
                }

                while (waiting.Next(1000) is StreamBatch batch)
                {
                    batch.Release();
                }
            });
            Assert.Equal(code, failure.Code);
        }
    }

    private static StreamBatch Make(
        Random random, ref long number, Dictionary<long, Queue<string>> expected, BufferAllocator account)
    {
        int length = random.Next(1, 400);
        using var keys = new FixedWidthBuilder(DataType.Int64, account);
        using var numbers = new FixedWidthBuilder(DataType.Int64, account);
        using var texts = new ViewBuilder(DataType.Utf8View, account);
        for (int i = 0; i < length; i++)
        {
            keys.Append((long)random.Next(500));
            numbers.Append(number++);
            switch (random.Next(3))
            {
                case 0:
                    texts.AppendNull();
                    break;
                case 1:
                    texts.Append(Encoding.ASCII.GetBytes($"{number}"));
                    break;
                default:
                    texts.Append(Encoding.ASCII.GetBytes($"a text that has no room in a view: {number}"));
                    break;
            }
        }

        NativeBuffer? kinds = random.Next(2) == 0 ? null : account.Allocate(length);
        for (int i = 0; i < length && kinds is not null; i++)
        {
            kinds.Pointer[i] = (byte)random.Next(4);
        }

        var batch = new StreamBatch(new RecordBatch(Rows, [keys.Finish(), numbers.Finish(), texts.Finish()], length), kinds);
        for (int i = 0; i < length; i++)
        {
            if (!expected.TryGetValue(Key(batch, i), out Queue<string>? rows))
            {
                expected.Add(Key(batch, i), rows = new Queue<string>());
            }

            rows.Enqueue(Print(batch, i));
        }

        return batch;
    }

    private static long Key(StreamBatch batch, int row) => ((long*)((FixedWidthArray)batch.Rows.Columns[0]).Pointer)[row];

    private static string Print(StreamBatch batch, int row)
    {
        var texts = (ViewArray)batch.Rows.Columns[2];
        string text = texts.IsNull(row) ? "NULL" : Encoding.UTF8.GetString(texts.GetBytes(row));
        long number = ((long*)((FixedWidthArray)batch.Rows.Columns[1]).Pointer)[row];
        RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];
        return $"{kind} {number} {text}";
    }
}
