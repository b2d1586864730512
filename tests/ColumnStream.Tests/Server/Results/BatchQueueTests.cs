using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Results;
using Xunit;

namespace ColumnStream.Tests.Server.Results;

/// <summary>Goal: tasks in front of a full queue go on when their client has read; method: the queue by itself, one step after the other.</summary>
public sealed class BatchQueueTests
{
    private static readonly QueryResult s_query = new([new SqlField("n", SqlType.BigInt)], ChangelogMode.InsertOnly, default, IsOrdered: true);

    /// <summary>Breaks when a batch of a task that looked before the queue was full takes the word back that it is full.</summary>
    [Fact]
    public async Task A_task_that_waits_is_woken_though_another_adds_below_the_limit_meanwhile()
    {
        using BufferPool pool = BufferPools.FromEnvironment();
        using var allocator = new BufferAllocator("test", pool);
        using var queue = new BatchQueue(s_query, withOp: false, allocator);
        int woken = 0;
        queue.OnRoom(() => woken++);
        for (int i = 0; i < BatchQueue.MostBatches; i++)
        {
            Assert.False(queue.IsFull);
            Add(queue, allocator);
        }

        Assert.True(queue.IsFull);
        await TakeAsync(queue);
        await TakeAsync(queue);
        Add(queue, allocator);
        while (queue.Count > (BatchQueue.MostBatches / 2) + 1)
        {
            await TakeAsync(queue);
            Assert.True(queue.IsFull);
        }

        Assert.Equal(0, woken);
        await TakeAsync(queue);
        Assert.Equal(1, woken);
        Assert.False(queue.IsFull);
    }

    private static void Add(BatchQueue queue, BufferAllocator allocator)
    {
        using var column = new FixedWidthBuilder(DataType.Int64, allocator, 1);
        column.Append(1L);
        var rows = new StreamBatch(new RecordBatch(queue.Schema, [column.Finish()], 1));
        queue.Receive(rows);
        rows.Release();
    }

    private static async Task TakeAsync(BatchQueue queue)
    {
        ValueTask<RecordBatch?> read = queue.ReadAsync(default);
        Assert.True(read.IsCompleted);
        (await read)!.Release();
    }
}
