using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: a table with a part of the memory it needs holds what one without a limit holds, stays below its limit, and says
// what went wrong when the disk fails. Method: random adds, deletes and walks beside a dictionary, with trims in between.
public sealed unsafe class StateSpillTests : IDisposable
{
    private const int Block = 100;
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _memory = new();
    private readonly MemorySpillFile _file = new();
    private BufferAllocator _account;
    private StateSpill _spill;
    private StatePool _pages;

    public StateSpillTests() => (_account, _spill, _pages) = Make(long.MaxValue);

    public void Dispose()
    {
        _spill.Dispose();
        _account.Dispose();
        _memory.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(1, false, 3_000_000)]
    [InlineData(2, true, 3_500_000)]
    [InlineData(3, true, 5_000_000)]
    public void A_table_larger_than_its_memory_holds_what_was_put_in(int seed, bool hasText, long limitBytes)
    {
        (_account, _spill, _pages) = Make(limitBytes);
        var random = new Random(seed);
        var model = new Dictionary<long, long>();
        StateLayout layout = LayoutOf(hasText);
        using (var table = new StateTable(layout, _pages, _account))
        using (var encoder = new KeyEncoder(layout, _account))
        {
            int most = hasText ? 100_000 : 200_000;
            for (int round = 0; round < 2_000; round++)
            {
                // Keys that move, so that some are cold, and some from anywhere.
                long window = (long)round * most / 2_000;
                Change(table, encoder, model, hasText, random, () => random.Next(3) == 0 ? random.Next(most) : window + random.Next(most / 8));
                _spill.Trim();
            }

            Assert.Equal(model.Count, table.Count);
            Assert.True(table.SpilledBytes > 1 << 20, $"{table.SpilledBytes} bytes on disk, {table.Bytes} in memory.");
            Assert.True(_spill.WrittenBytes > 0 && _spill.ReadBytes > 0);
            AssertHolds(table, layout, model, hasText);
            AssertFinds(table, encoder, model, hasText);
        }

        Assert.True(_account.PeakBytes <= limitBytes);
    }

    // Values of some bytes to 400 KB, replaced, grown at their end and deleted. It fails where a page of a long value, the room
    // behind a value that grows, or the end of the last page is not brought back, or is given back twice.
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Long_values_and_values_that_grow_go_to_disk_and_back(int seed, bool always)
    {
        (_account, _spill, _pages) = Make(always ? long.MaxValue : 7_000_000, always);
        var random = new Random(seed);
        StateLayout layout = new(
            [new Field("k", DataType.Int64)], [new StateCell("v", CellType.View), new StateCell("g", CellType.Bytes)]);
        var model = new Dictionary<long, (byte[] Value, List<byte> Grown)>();
        using (var table = new StateTable(layout, _pages, _account))
        using (var encoder = new KeyEncoder(layout, _account))
        {
            for (int round = 0; round < 900; round++)
            {
                ReplaceAndGrow(table, encoder, model, random);
                _spill.Trim();
            }

            long held = model.Values.Sum(v => v.Value.Length + (long)v.Grown.Count);
            Assert.True(always || held > 10_000_000, $"{held} bytes of text");
            Assert.True(table.SpilledBytes > 1 << 20, $"{table.SpilledBytes} bytes on disk");
            int count = 0;
            uint slot = 1;
            for (byte* row = table.NextLive(ref slot); row != null; row = table.NextLive(ref slot), count++)
            {
                (byte[] value, List<byte> grown) = model[*(long*)(row + 8)];
                Assert.True(RowColumns.BytesOf((StringView*)(row + layout.CellOffsets[0])).SequenceEqual(value));
                Assert.True(RowColumns.BytesOf((StringView*)(row + layout.CellOffsets[1])).SequenceEqual(grown.ToArray()));
                _spill.Trim();
            }

            Assert.Equal(model.Count, count);
        }
    }

    [Fact]
    public void A_full_disk_a_short_read_and_turned_bits_are_errors_with_a_code()
    {
        (Action<MemorySpillFile> Break, int Code)[] cases =
        [
            (file => file.LimitBytes = 8192, 5017),
            (file => file.FailsToRead = true, 5018),
            (file => file.MissingBytes = 1, 5018),
            (file => file.Damage(), 5018),
            (file => file.Misplace(), 5018),
        ];
        foreach ((Action<MemorySpillFile> breaks, int code) in cases)
        {
            using var file = new MemorySpillFile();
            var account = new BufferAllocator("case", _buffers);
            var spill = new StateSpill(() => file, _memory, account, always: true);
            StateLayout layout = LayoutOf(hasText: false);
            using (var table = new StateTable(layout, _memory.ForTask(spill), account))
            using (var encoder = new KeyEncoder(layout, account))
            {
                var random = new Random(5);
                var model = new Dictionary<long, long>();
                for (int i = 0; i < 30; i++)
                {
                    Change(table, encoder, model, false, random, () => random.Next(100_000));
                }

                spill.Trim();
                breaks(file);
                ExternalException failure = Assert.Throws<ExternalException>(() =>
                {
                    for (int i = 0; i < 40; i++)
                    {
                        Change(table, encoder, model, false, random, () => random.Next(100_000));
                        spill.Trim();
                    }
                });
                Assert.Equal(code, failure.Code);
                Assert.Contains("io.tmp.dirs", failure.Message, StringComparison.Ordinal);
            }

            spill.Dispose();
            account.Dispose();
        }
    }

    [Fact]
    public void What_did_not_change_is_not_written_again()
    {
        (_account, _spill, _pages) = Make(long.MaxValue, always: true);
        StateLayout layout = LayoutOf(hasText: true);
        using var table = new StateTable(layout, _pages, _account);
        using var encoder = new KeyEncoder(layout, _account);
        var random = new Random(9);
        var model = new Dictionary<long, long>();
        for (int i = 0; i < 40; i++)
        {
            Change(table, encoder, model, true, random, () => random.Next(20_000));
        }

        _spill.Trim();
        long written = _spill.WrittenBytes;
        AssertHolds(table, layout, model, hasText: true);
        Assert.True(_spill.ReadBytes > 0);
        _spill.Trim();
        Assert.Equal(written, _spill.WrittenBytes);
    }

    private (BufferAllocator Account, StateSpill Spill, StatePool Pages) Make(long limitBytes, bool always = false)
    {
        var account = new BufferAllocator("test", _buffers, limitBytes);
        var spill = new StateSpill(() => _file, _memory, account, always);
        return (account, spill, _memory.ForTask(spill));
    }

    private static StateLayout LayoutOf(bool hasText) => new(
        [hasText ? new Field("k", DataType.Utf8View) : new Field("k", DataType.Int64)], [new StateCell("v", CellType.Int64)]);

    private void Change(
        StateTable table, KeyEncoder encoder, Dictionary<long, long> model, bool hasText, Random random, Func<long> draw)
    {
        long[] keys = new long[Block];
        for (int i = 0; i < Block; i++)
        {
            keys[i] = draw();
        }

        ArrayData column = Column(keys, hasText);
        ulong[] hashes = new ulong[Block];
        KeyHash.Hash([column], Block, hashes);
        encoder.Encode([column], Block);
        var rows = stackalloc byte*[Block];
        uint* slots = stackalloc uint[Block];
        table.BeginBatch();
        try
        {
            fixed (ulong* h = hashes)
            {
                table.FindOrCreate(encoder, h, 0, Block, rows, slots);
                table.Touch(rows, slots, h, Block);
            }
        }
        finally
        {
            column.Release();
        }

        int cell = table.Layout.CellOffsets[0];
        for (int i = 0; i < Block; i++)
        {
            long value = random.Next(1, 1_000_000);
            *(long*)(rows[i] + cell) += value;
            model[keys[i]] = model.GetValueOrDefault(keys[i]) + value;
        }

        for (int t = 0; t < table.TouchedCount; t++)
        {
            if (random.Next(12) == 0)
            {
                byte* row = table.TouchedRows[t];
                model.Remove(KeyOf(row, hasText));
                table.Delete(row, table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }
    }

    private void ReplaceAndGrow(
        StateTable table, KeyEncoder encoder, Dictionary<long, (byte[] Value, List<byte> Grown)> model, Random random)
    {
        byte[] Bytes() => [.. Enumerable.Repeat(0, random.Next(12) switch { 0 => random.Next(400_000), 1 or 2 => random.Next(9000), _ => random.Next(40) })
            .Select(_ => (byte)random.Next(256))];
        long[] keys = [random.Next(600), random.Next(600)];
        keys = keys[0] == keys[1] ? [keys[0]] : keys;
        using var longs = new FixedWidthBuilder(DataType.Int64, _account);
        Array.ForEach(keys, longs.Append);
        ArrayData column = longs.Finish();
        ulong[] hashes = new ulong[keys.Length];
        KeyHash.Hash([column], keys.Length, hashes);
        encoder.Encode([column], keys.Length);
        var rows = stackalloc byte*[2];
        uint* slots = stackalloc uint[2];
        table.BeginUnlisted();
        fixed (ulong* h = hashes)
        {
            table.FindOrCreate(encoder, h, 0, keys.Length, rows, slots);
            table.Touch(rows, slots, h, keys.Length);
        }

        column.Release();
        for (int i = 0; i < keys.Length; i++)
        {
            if (random.Next(12) == 0)
            {
                table.Delete(rows[i], slots[i], hashes[i]);
                model.Remove(keys[i]);
                continue;
            }

            byte[] value = Bytes();
            byte[] more = Bytes();
            var cell = (StringView*)(rows[i] + table.Layout.CellOffsets[0]);
            table.Heap.Free(cell);
            fixed (byte* pointer = value)
            {
                *cell = KeyEncoder.ViewOf(new ReadOnlySpan<byte>(pointer, value.Length));
                table.Heap.Store(cell);
            }

            byte* end = table.Heap.Extend((StringView*)(rows[i] + table.Layout.CellOffsets[1]), more.Length);
            more.CopyTo(new Span<byte>(end, more.Length));
            List<byte> grown = model.TryGetValue(keys[i], out (byte[] Value, List<byte> Grown) old) ? old.Grown : [];
            grown.AddRange(more);
            model[keys[i]] = (value, grown);
        }
    }

    /// <summary>Walks all rows by slot, with a trim now and then.</summary>
    private void AssertHolds(StateTable table, StateLayout layout, Dictionary<long, long> model, bool hasText)
    {
        int count = 0;
        uint slot = 1;
        for (byte* row = table.NextLive(ref slot); row != null; row = table.NextLive(ref slot))
        {
            Assert.Equal(model[KeyOf(row, hasText)], *(long*)(row + layout.CellOffsets[0]));
            if (++count % 1000 == 0)
            {
                _spill.Trim();
            }
        }

        Assert.Equal(model.Count, count);
    }

    /// <summary>Finds keys that are there and keys that are not, and walks the index.</summary>
    private void AssertFinds(StateTable table, KeyEncoder encoder, Dictionary<long, long> model, bool hasText)
    {
        var rows = stackalloc byte*[Block];
        uint* slots = stackalloc uint[Block];
        ulong[] hashes = new ulong[Block];
        long[] keys = new long[Block];
        for (int from = 0; from < 50_000; from += Block)
        {
            for (int i = 0; i < Block; i++)
            {
                keys[i] = from + i;
            }

            ArrayData column = Column(keys, hasText);
            KeyHash.Hash([column], Block, hashes);
            encoder.Encode([column], Block);
            fixed (ulong* h = hashes)
            {
                table.Find(encoder, h, 0, Block, rows, slots);
            }

            for (int i = 0; i < Block; i++)
            {
                bool isThere = model.TryGetValue(keys[i], out long value);
                Assert.Equal(isThere, slots[i] != 0);
                Assert.True(!isThere || *(long*)(rows[i] + table.Layout.CellOffsets[0]) == value);
            }

            column.Release();
            _spill.Trim();
        }

        long position = 0;
        long walked = 0;
        ulong* found = stackalloc ulong[StateTable.BlockRows];
        uint* foundSlots = stackalloc uint[StateTable.BlockRows];
        var foundRows = stackalloc byte*[StateTable.BlockRows];
        for (int n; (n = table.Entries(ref position, found, foundSlots, foundRows)) > 0; walked += n)
        {
            for (int i = 0; i < n; i++)
            {
                Assert.True(model.ContainsKey(KeyOf(foundRows[i], hasText)));
            }

            _spill.Trim();
        }

        Assert.Equal(model.Count, walked);
    }

    private ArrayData Column(long[] keys, bool hasText)
    {
        using var longs = new FixedWidthBuilder(DataType.Int64, _account);
        using var texts = new ViewBuilder(DataType.Utf8View, _account);
        foreach (long key in keys)
        {
            if (hasText)
            {
                texts.Append(Encoding.ASCII.GetBytes(key % 5 == 0 ? $"{key}" : $"a text of some length with number {key}"));
            }
            else
            {
                longs.Append(key);
            }
        }

        return hasText ? texts.Finish() : longs.Finish();
    }

    private static long KeyOf(byte* row, bool hasText) => hasText
        ? long.Parse(
            Encoding.ASCII.GetString(RowColumns.BytesOf((StringView*)(row + 8))).Split(' ')[^1],
            System.Globalization.CultureInfo.InvariantCulture)
        : *(long*)(row + 8);
}
