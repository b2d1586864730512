using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Hosting;

/// <summary>Gives turns to what one address causes: while threads are scarce, one at a time, each behind what others wait for.</summary>
/// <remarks>
/// Threads take what is queued in its order, so that two thousand calls that begin at once would stand in front of everybody else's next
/// step. Here they wait in a queue of their address, of which one element stands in the queue of all. Thread-safe.
/// </remarks>
/// <param name="backlog">Tells how many elements the queue of all holds.</param>
/// <param name="enqueue">Puts an element at the end of the queue of all; it must not run at once.</param>
internal sealed class AddressTurns(Func<long> backlog, Action<Action> enqueue)
{
    /// <summary>The elements up to which nobody waits for a thread for long.</summary>
    public const int CalmBacklog = 16;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isQueued;

    /// <summary>Makes the turns of an address on the process's threads.</summary>
    public AddressTurns()
        : this(
            static () => ThreadPool.PendingWorkItemCount,
            static run => ThreadPool.UnsafeQueueUserWorkItem(static r => r(), run, preferLocal: false))
    {
    }

    /// <summary>Waits for a turn, which lasts until the caller waits for something else.</summary>
    public ValueTask EnterAsync()
    {
        // Not asynchronous: the rest of the caller runs inside the turn, and the next turn is queued behind it.
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_isQueued && backlog() <= CalmBacklog)
            {
                return ValueTask.CompletedTask;
            }

            turn = new TaskCompletionSource();
            _waiting.Enqueue(turn);
            if (_isQueued)
            {
                return new ValueTask(turn.Task);
            }

            _isQueued = true;
        }

        enqueue(Next);
        return new ValueTask(turn.Task);
    }

    private void Next()
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            turn = _waiting.Dequeue();
        }

        turn.SetResult();
        lock (_lock)
        {
            _isQueued = _waiting.Count > 0;
            if (!_isQueued)
            {
                return;
            }
        }

        enqueue(Next);
    }
}
