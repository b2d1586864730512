using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Tasks;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: whoever restores gets every batch once and in order, the error behind them, and leaves nothing behind, whether the helper gets
// its turns beside it, late, or never. Method: batches that count themselves, on real workers and on an executor that gives no turns. A
// task that waited for a turn of the helper would hang in the last case; a batch read twice or dropped changes the numbers or the pool.
public sealed class ReadAheadTests : IDisposable
{
    private readonly SizeClassPool _pool = new();
    private readonly StatePool _pages = new();
    private readonly BufferAllocator _allocator;
    private readonly WorkerPool _workers = new("ahead", 2, TimeProvider.System);

    public ReadAheadTests() => _allocator = new BufferAllocator("test", _pool);

    public void Dispose()
    {
        _workers.Dispose();
        _allocator.Dispose();
        _pages.Dispose();
        _pool.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batches_come_once_and_in_order(bool helps)
    {
        for (int round = 0; round < 50; round++)
        {
            Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), Read(60, null, helps));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_error_comes_behind_what_was_read_before_it(bool helps)
    {
        var seen = new List<long>();
        var error = new InvalidOperationException("damaged");
        Assert.Same(error, Assert.Throws<InvalidOperationException>(() => Read(7, error, helps, seen)));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_stops_early_leaves_nothing_behind(bool helps)
    {
        for (int round = 0; round < 50; round++)
        {
            foreach (RecordBatch batch in Ahead(new Numbers(this, 60, null), helps).ReadBatches())
            {
                batch.Release();
                break;
            }
        }

        // The account says it when it is disposed of: a batch that stayed is an error there.
        Assert.Equal(0, _allocator.UsedBytes);
    }

    private List<long> Read(int count, Exception? error, bool helps, List<long>? seen = null)
    {
        seen ??= [];
        foreach (RecordBatch batch in Ahead(new Numbers(this, count, error), helps).ReadBatches())
        {
            seen.Add(((FixedWidthArray)batch.Columns[0]).Values<long>()[0]);
            batch.Release();
        }

        return seen;
    }

    private ReadAhead Ahead(StateSnapshotReader numbers, bool helps)
    {
        Executor executor = helps ? _workers : new Idle();
        var share = new JobShare(1);
        return new ReadAhead(
            numbers,
            new ReadHelpers(
                new BackgroundUnit("files", executor, share).Pieces, new BackgroundUnit("pages", executor, share).Pieces, _pages),
            _allocator);
    }

    /// <summary>Gives numbered batches, one reader at a time, and then an error or the end.</summary>
    private sealed class Numbers(ReadAheadTests test, int count, Exception? error) : StateSnapshotReader
    {
        private int _readers;

        public override IEnumerable<RecordBatch> ReadBatches()
        {
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(1, Interlocked.Increment(ref _readers));
                NativeBuffer number = test._allocator.Allocate(8);
                unsafe
                {
                    *(long*)number.Pointer = i;
                }

                var column = new FixedWidthArray(DataType.Int64, 1, number, null);
                Interlocked.Decrement(ref _readers);
                yield return new RecordBatch(new Schema(new Field("n", DataType.Int64)), [column], 1);
            }

            if (error is not null)
            {
                throw error;
            }
        }
    }

    /// <summary>Gives no turns.</summary>
    private sealed class Idle : Executor
    {
        public override TimeProvider Time => TimeProvider.System;

        public override long Now => 0;

        public override void Enqueue(TaskUnit unit)
        {
        }

        public override void WakeAt(TaskUnit unit, long atNs)
        {
        }
    }
}
