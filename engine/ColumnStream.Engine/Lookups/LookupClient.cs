using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Lookups;

/// <summary>Asks a lookup table for batches of keys: in parts that it takes, some at once, again where that may help, within a time.</summary>
/// <remarks>
/// All members are for turns of the task. Answers come on any thread: they wait in a queue, <c>wake</c> asks for a turn, and
/// <see cref="Collect"/> takes them there. Pauses and deadlines follow the task's clock: <see cref="NextMs"/> says when to call again.
/// </remarks>
internal sealed class LookupClient : IDisposable
{
    private const long FirstPauseMs = 100;
    private const long LongestPauseMs = 10_000;
    private readonly LookupTable _table;
    private readonly LookupPolicy _policy;
    private readonly LookupContext _context;
    private readonly Func<RecordBatch, int, string> _keyText;
    private readonly Func<long> _clockMs;
    private readonly Action _wake;
    private readonly Queue<LookupCall> _queue = new();
    private readonly List<LookupCall> _running = [];
    private readonly List<LookupCall> _pausing = [];
    private readonly ConcurrentQueue<LookupCall> _answered = new();
    private volatile bool _disposed;

    /// <summary>Makes a client of a table, which it owns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="policy">How it is asked.</param>
    /// <param name="context">What the table was made with.</param>
    /// <param name="keyText">Prints a key for messages.</param>
    /// <param name="clockMs">The task's clock.</param>
    /// <param name="wake">Asks for a turn; any thread calls it.</param>
    public LookupClient(
        LookupTable table,
        LookupPolicy policy,
        LookupContext context,
        Func<RecordBatch, int, string> keyText,
        Func<long> clockMs,
        Action wake)
    {
        _table = table;
        _policy = policy;
        _context = context;
        _keyText = keyText;
        _clockMs = clockMs;
        _wake = wake;
    }

    /// <summary>Gets whether as many calls are on their way as may be.</summary>
    public bool IsFull => _queue.Count + _running.Count + _pausing.Count >= _policy.Capacity;

    /// <summary>Gets when <see cref="Collect"/> must be called though nothing was answered.</summary>
    public long NextMs { get; private set; } = long.MaxValue;

    /// <summary>Begins to look up keys, which move here; the request may be done at once.</summary>
    public LookupRequest Begin(RecordBatch keys)
    {
        long deadlineMs = _policy.TimeoutMs <= 0 ? long.MaxValue : _clockMs() + _policy.TimeoutMs;
        var request = new LookupRequest(keys, deadlineMs);
        int most = Math.Max(1, _table.MaxKeys);
        for (int start = 0; start < keys.Length; start += most)
        {
            int count = Math.Min(most, keys.Length - start);
            int[] places = new int[count];
            for (int i = 0; i < count; i++)
            {
                places[i] = start + i;
            }

            RecordBatch part = count == keys.Length ? keys.Retain() : keys.Slice(start, count, _context.Allocator);
            _queue.Enqueue(new LookupCall(request, part, places));
            request.Open++;
        }

        Collect();
        return request;
    }

    /// <summary>Takes what was answered, asks again what is due, and fails when a time is over.</summary>
    /// <exception cref="ExternalException">A lookup failed for good, or took too long.</exception>
    public void Collect()
    {
        while (_answered.TryDequeue(out LookupCall? call))
        {
            Take(call);
        }

        long now = _clockMs();
        for (int i = _pausing.Count - 1; i >= 0; i--)
        {
            if (_pausing[i].RetryAtMs <= now)
            {
                _queue.Enqueue(_pausing[i]);
                _pausing.RemoveAt(i);
            }
        }

        while (_queue.Count > 0 && _running.Count < Math.Min(_policy.Capacity, Math.Max(1, _table.MaxRequests)))
        {
            Ask(_queue.Dequeue());
        }

        NextMs = long.MaxValue;
        CheckDeadlines(_running, now);
        CheckDeadlines(_pausing, now);
        CheckDeadlines(_queue, now);
        foreach (LookupCall call in _pausing)
        {
            NextMs = Math.Min(NextMs, call.RetryAtMs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LookupCall call in _running)
        {
            call.Cancellation!.Cancel();
        }

        // Not before: whoever is answered from then on disposes of what is cancelled here.
        _disposed = true;

        foreach (LookupCall call in _queue)
        {
            call.Keys.Release();
        }

        foreach (LookupCall call in _pausing)
        {
            call.Keys.Release();
        }

        _queue.Clear();
        _pausing.Clear();
        _running.Clear();
        DropAnswered();
        _table.Dispose();
    }

    private static async Task<LookupAnswer> AskAsync(LookupTable table, RecordBatch keys, CancellationToken cancellation) =>
        await table.LookupAsync(keys, cancellation);

    private void Ask(LookupCall call)
    {
        call.Cancellation = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        _context.Count("lookupRequests", 1);
        _context.Count("lookupKeys", call.Keys.Length);
        Task<LookupAnswer> pending = AskAsync(_table, call.Keys, call.Cancellation.Token);
        call.Pending = pending;
        if (pending.IsCompleted)
        {
            Take(call);
            return;
        }

        _running.Add(call);
        pending.ContinueWith(
            static (_, state) =>
            {
                var (client, call) = ((LookupClient, LookupCall))state!;
                client.Answered(call);
            },
            (this, call),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Answered(LookupCall call)
    {
        _answered.Enqueue(call);
        if (_disposed)
        {
            DropAnswered();
        }
        else
        {
            _wake();
        }
    }

    /// <summary>Gives up answers that nobody waits for any more.</summary>
    private void DropAnswered()
    {
        while (_answered.TryDequeue(out LookupCall? call))
        {
            if (call.Pending is { IsCompletedSuccessfully: true } done)
            {
                done.GetAwaiter().GetResult().Rows.Release();
            }

            call.Keys.Release();
            call.Cancellation?.Dispose();
        }
    }

    private void Take(LookupCall call)
    {
        Task<LookupAnswer> pending = call.Pending!;
        _running.Remove(call);
        call.Pending = null;
        call.Cancellation!.Dispose();
        call.Cancellation = null;
        if (!pending.IsCompletedSuccessfully)
        {
            Retry(call, pending.Exception?.InnerException ?? new OperationCanceledException());
            return;
        }

        LookupAnswer answer = pending.GetAwaiter().GetResult();
        int[] keyOf = new int[answer.Keys.Length];
        bool[] found = new bool[call.Places.Length];
        for (int i = 0; i < keyOf.Length; i++)
        {
            found[answer.Keys[i]] = true;
            keyOf[i] = call.Places[answer.Keys[i]];
        }

        call.Request.Add(answer.Rows, keyOf);
        if (call.Misses < _policy.MissRetries && Array.IndexOf(found, false) >= 0)
        {
            AskMissingAgain(call, found);
            return;
        }

        call.Keys.Release();
        call.Request.Open--;
    }

    private void AskMissingAgain(LookupCall call, bool[] found)
    {
        var rows = new List<int>();
        for (int i = 0; i < found.Length; i++)
        {
            if (!found[i])
            {
                rows.Add(i);
            }
        }

        RecordBatch keys = TakeKernel.Take(call.Keys, rows.ToArray(), _context.Allocator);
        call.Keys.Release();
        int[] places = rows.ConvertAll(row => call.Places[row]).ToArray();
        _context.Count("lookupRetries", 1);
        _pausing.Add(new LookupCall(call.Request, keys, places)
        {
            Misses = call.Misses + 1,
            RetryAtMs = _clockMs() + _policy.MissDelayMs,
        });
    }

    private void Retry(LookupCall call, Exception failure)
    {
        if (failure is ExternalException { IsRetryable: true } && call.Failures < _policy.MaxRetries)
        {
            long pauseMs = Math.Min(LongestPauseMs, FirstPauseMs << Math.Min(call.Failures, 16));
            call.Failures++;
            call.RetryAtMs = _clockMs() + pauseMs;
            _context.Count("lookupRetries", 1);
            _pausing.Add(call);
            return;
        }

        string keys = Keys(call);
        call.Keys.Release();
        if (failure is ExternalException external)
        {
            string often = call.Failures == 0 ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" after {call.Failures + 1} attempts");
            throw new ExternalException(
                5030, $"Lookup failed{often}: table {_context.Table.Name}, {keys}: {external.Message}", external.IsRetryable,
                external);
        }

        ExceptionDispatchInfo.Throw(failure);
    }

    private void CheckDeadlines(IEnumerable<LookupCall> calls, long now)
    {
        foreach (LookupCall call in calls)
        {
            if (call.Request.DeadlineMs <= now)
            {
                throw new ExternalException(
                    5031,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Lookup was not answered within {_policy.TimeoutMs} ms: table {_context.Table.Name}, {Keys(call)}. ")
                    + "Raise table.exec.async-lookup.timeout, or 'timeout' of the LOOKUP hint.",
                    retryable: true);
            }

            NextMs = Math.Min(NextMs, call.Request.DeadlineMs);
        }
    }

    private string Keys(LookupCall call) => _keyText(call.Keys, 0)
        + (call.Keys.Length == 1 ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $" and {call.Keys.Length - 1} more"));
}
