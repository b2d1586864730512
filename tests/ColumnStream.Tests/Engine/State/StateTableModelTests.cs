using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: a snapshot is the state at its barrier, whatever happens while it is gathered. Method: a dictionary beside the
// table, a copy of it at each barrier, files applied by slot; and proof that the test would notice a missing piece.
public sealed unsafe class StateTableModelTests : IDisposable
{
    private const int KeyGroups = 32;
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _memory = new();
    private readonly BufferAllocator _account;
    private readonly StateSpill _spill;
    private StatePool _pages;

    public StateTableModelTests()
    {
        _account = new BufferAllocator("test", _buffers);
        _spill = new StateSpill(static () => new MemorySpillFile(), _memory, _account, always: true);
        _pages = _memory;
    }

    public void Dispose()
    {
        _spill.Dispose();
        _account.Dispose();
        _memory.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 0)]
    public void A_restored_chain_is_the_state_at_the_barrier(int seed, int shape) =>
        Assert.Equal(0, Run(seed, shape, checkpoints: 80, RowStore.Fault.None));

    /// <summary>The same while all of it goes to disk between any two steps, snapshots under way included.</summary>
    [Theory]
    [InlineData(21, 0)]
    [InlineData(22, 1)]
    [InlineData(23, 2)]
    [InlineData(24, 3)]
    public void A_restored_chain_is_the_state_at_the_barrier_when_all_of_it_goes_to_disk(int seed, int shape)
    {
        _pages = _memory.ForTask(_spill);
        Assert.Equal(0, Run(seed, shape, checkpoints: 60, RowStore.Fault.None));
        Assert.True(_spill.WrittenBytes > 1 << 20 && _spill.ReadBytes > 1 << 20);
    }

    [Fact]
    public void Without_clearing_the_saved_flag_the_model_finds_mismatches() =>
        Assert.NotEqual(0, Run(11, 0, checkpoints: 60, RowStore.Fault.KeepSaved));

    [Fact]
    public void Without_old_images_the_model_finds_mismatches() =>
        Assert.NotEqual(0, Run(12, 0, checkpoints: 60, RowStore.Fault.NoPreImages));

    [Fact]
    public void A_table_of_many_rows_splits_and_finds_them_all()
    {
        var layout = new StateLayout([new Field("k", DataType.Int64)], [new StateCell("n", CellType.Int64)]);
        using var table = new StateTable(layout, _pages, _account);
        using var encoder = new KeyEncoder(layout, _account);
        var rows = stackalloc byte*[256];
        uint* slots = stackalloc uint[256];
        ulong[] hashes = new ulong[256];
        const int Keys = 150_000;
        for (int round = 0; round < 2; round++)
        {
            for (int from = 0; from < Keys; from += 250)
            {
                ArrayData keys = Longs(Enumerable.Range(from, 250).Select(i => (long)i * 7));
                KeyHash.Hash([keys], 250, hashes);
                encoder.Encode([keys], 250);
                fixed (ulong* h = hashes)
                {
                    table.FindOrCreate(encoder, h, 0, 250, rows, slots);
                    table.Touch(rows, slots, h, 250);
                }

                for (int i = 0; i < 250; i++)
                {
                    Assert.Equal((from + i) * 7L, *(long*)(rows[i] + 8));
                    Assert.Equal(round, *(long*)(rows[i] + 16));
                    (*(long*)(rows[i] + 16))++;
                }

                keys.Release();
            }
        }

        Assert.Equal(Keys, table.Count);
    }

    private ArrayData Longs(IEnumerable<long> values)
    {
        using var builder = new FixedWidthBuilder(DataType.Int64, _account);
        foreach (long value in values)
        {
            builder.Append(value);
        }

        return builder.Finish();
    }

    /// <summary>Runs random changes and checkpoints; returns the number of wrong restored rows.</summary>
    private int Run(int seed, int shape, int checkpoints, RowStore.Fault fault)
    {
        var random = new Random(seed);
        var layout = LayoutOf(shape);
        using var state = new KeyedState("s", layout, _pages, _account, KeyGroups);
        state.Table.Rows.Injected = fault;
        using var encoder = new KeyEncoder(layout, _account);
        var model = new Dictionary<long, long>();
        var chain = new List<List<RecordBatch>>();
        int wrong = 0;
        int keySpace = 400;
        for (int c = 0; c < checkpoints; c++)
        {
            for (int b = random.Next(4); b >= 0; b--)
            {
                Change(state, encoder, model, random, shape, keySpace);
            }

            bool full = chain.Count == 0 || random.Next(12) == 0;
            var image = new Dictionary<long, long>(model);
            var file = new List<RecordBatch>();
            state.Table.Rows.ListOneIn = random.Next(3) == 0 ? 40 : 1;
            state.BeginSnapshot(full);
            bool abort = random.Next(8) == 0;
            int abortAfter = random.Next(4);
            bool aborted = false;
            while (true)
            {
                for (int b = random.Next(3); b > 0; b--)
                {
                    Change(state, encoder, model, random, shape, keySpace);
                }

                _spill.Trim();
                if (abort && abortAfter-- == 0)
                {
                    state.AbortSnapshot();
                    aborted = true;
                    break;
                }

                if (!state.Gather(1 + random.Next(60), batch => file.Add(batch.Retain())))
                {
                    break;
                }
            }

            if (aborted)
            {
                Release([file]);
                continue;
            }

            wrong += Repeats(file);
            if (full)
            {
                Release(chain);
                chain.Clear();
            }

            chain.Add(file);
            if (c % 5 == 0 || chain.Count > 6)
            {
                wrong += Compare(layout, chain, image, shape, random.Next(1, 4));
            }
        }

        Release(chain);
        return wrong;
    }

    private int Compare(
        StateLayout layout, List<List<RecordBatch>> chain, Dictionary<long, long> image, int shape, int parallelism)
    {
        var found = new Dictionary<long, long>();
        int wrong = 0;
        for (int subtask = 0; subtask < parallelism; subtask++)
        {
            KeyGroupRange range = KeyGroupRange.Of(subtask, parallelism, KeyGroups);
            using var restored = new KeyedState("s", layout, _pages, _account, KeyGroups);
            restored.Restore(new Files(chain), range);
            Assert.Equal(parallelism > 1 && restored.MustBeFull, restored.MustBeFull);
            uint slot = 1;
            for (byte* row = restored.Table.NextLive(ref slot); row != null; row = restored.Table.NextLive(ref slot))
            {
                long key = KeyOf(layout, row, shape);
                wrong += found.TryAdd(key, *(long*)(row + layout.CellOffsets[0])) ? 0 : 1;
            }
        }

        foreach ((long key, long value) in image)
        {
            wrong += found.TryGetValue(key, out long other) && other == value ? 0 : 1;
        }

        return wrong + Math.Max(0, found.Count - image.Count);
    }

    private void Change(
        KeyedState state, KeyEncoder encoder, Dictionary<long, long> model, Random random, int shape, int keySpace)
    {
        StateTable table = state.Table;
        int count = random.Next(1, 80);
        long[] keys = new long[count];
        for (int i = 0; i < count; i++)
        {
            keys[i] = random.Next(keySpace);
        }

        ArrayData[] columns = Columns(keys, shape);
        ulong[] hashes = new ulong[count];
        KeyHash.Hash(columns, count, hashes);
        encoder.Encode(columns, count);
        var rows = stackalloc byte*[count];
        uint* slots = stackalloc uint[count];
        table.BeginBatch();
        fixed (ulong* h = hashes)
        {
            table.FindOrCreate(encoder, h, 0, count, rows, slots);
            table.Touch(rows, slots, h, count);
        }

        int cell = table.Layout.CellOffsets[0];
        for (int i = 0; i < count; i++)
        {
            long value = random.Next(1, 1_000_000);
            *(long*)(rows[i] + cell) = value;
            model[keys[i]] = value;
        }

        for (int t = 0; t < table.TouchedCount; t++)
        {
            if (random.Next(3) == 0)
            {
                byte* row = table.TouchedRows[t];
                model.Remove(KeyOf(table.Layout, row, shape));
                table.Delete(row, table.TouchedSlots[t], table.TouchedHashes[t]);
            }
        }

        Release(columns);
        Assert.Equal(model.Count, table.Count);
        _spill.Trim();
    }

    private static StateLayout LayoutOf(int shape) => new(
        shape switch
        {
            0 => [new Field("a", DataType.Int64)],
            1 => [new Field("a", DataType.Int64), new Field("b", DataType.Int32)],
            2 => [new Field("a", DataType.Utf8View)],
            _ => [new Field("a", DataType.Utf8View), new Field("b", DataType.Decimal64(10, 2)), new Field("c", DataType.Utf8View)],
        },
        [new StateCell("v", CellType.Int64)]);

    private ArrayData[] Columns(long[] keys, int shape)
    {
        using var longs = new FixedWidthBuilder(shape == 3 ? DataType.Decimal64(10, 2) : DataType.Int64, _account);
        using var ints = new FixedWidthBuilder(DataType.Int32, _account);
        using var texts = new ViewBuilder(DataType.Utf8View, _account);
        foreach (long key in keys)
        {
            if (key == 7)
            {
                longs.AppendNull();
            }
            else
            {
                longs.Append(key);
            }

            ints.Append((int)key);
            texts.Append(Encoding.ASCII.GetBytes(key % 3 == 0 ? $"{key}" : $"a long text of number {key}"));
        }

        ArrayData text = texts.Finish();
        ArrayData number = longs.Finish();
        ArrayData small = ints.Finish();
        ArrayData[] all = shape switch
        {
            0 => [number.Retain()],
            1 => [number.Retain(), small.Retain()],
            2 => [text.Retain()],
            _ => [text.Retain(), number.Retain(), text.Retain()],
        };
        Release([text, number, small]);
        return all;
    }

    private static long KeyOf(StateLayout layout, byte* row, int shape)
    {
        if (shape < 2)
        {
            return (row[6] & 1) != 0 ? 7 : *(long*)(row + 8);
        }

        string text = Encoding.ASCII.GetString(RowColumns.BytesOf((StringView*)(row + layout.KeyOffsets[0])));
        return long.Parse(text.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int Repeats(List<RecordBatch> file)
    {
        var seen = new HashSet<uint>();
        int repeats = 0;
        foreach (RecordBatch batch in file)
        {
            foreach (uint slot in ((FixedWidthArray)batch.Columns[0]).Values<uint>())
            {
                repeats += seen.Add(slot) ? 0 : 1;
            }
        }

        return repeats;
    }

    private static void Release(ArrayData[] arrays)
    {
        foreach (ArrayData array in arrays)
        {
            array.Release();
        }
    }

    private static void Release(List<List<RecordBatch>> files)
    {
        foreach (RecordBatch batch in files.SelectMany(file => file))
        {
            batch.Release();
        }
    }

    private sealed class Files(List<List<RecordBatch>> chain) : StateSnapshotReader
    {
        public override IEnumerable<RecordBatch> ReadBatches() =>
            chain.SelectMany(file => file).Select(batch => batch.Retain());
    }
}
