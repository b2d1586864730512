using System;
using ColumnStream.Runtime.Tasks;
using Xunit;

namespace ColumnStream.Tests.Runtime;

/// <summary>Goal: what ended is not kept by a wake-up that it asked for; method: units turned by hand.</summary>
public sealed class TimerHeapTests
{
    /// <summary>Breaks when a server keeps each of its short queries until the ten minutes are over in which a checkpoint might be late.</summary>
    [Fact]
    public void Units_that_ended_are_dropped_and_others_keep_their_order()
    {
        var heap = new TimerHeap();
        var executor = new ByHand();
        var alive = new Unit(executor, TurnResult.Idle);
        var later = new Unit(executor, TurnResult.Idle);
        heap.Add(later, 2_000_000);
        heap.Add(alive, 1_000_000);
        for (int i = 0; i < 10_000; i++)
        {
            var ended = new Unit(executor, TurnResult.Done);
            heap.Add(ended, 5_000_000 + i);
            ended.Notify();
            ended.Turn(new TurnBudget(0));
        }

        Assert.InRange(heap.Count, 2, 200);
        Assert.Equal(1_000_000, heap.NextNs);
        Assert.True(heap.TryTake(3_000_000, out TaskUnit? first));
        Assert.True(heap.TryTake(3_000_000, out TaskUnit? second));
        Assert.Equal([alive, later], new[] { first, second });
        Assert.False(heap.TryTake(3_000_000, out _));
    }

    private sealed class ByHand : Executor
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

    private sealed class Unit(Executor executor, TurnResult result) : TaskUnit("unit", executor, new JobShare())
    {
        protected override TurnResult Run(in TurnBudget budget) => result;

        protected override void Fail(Exception failure) => throw failure;
    }
}
