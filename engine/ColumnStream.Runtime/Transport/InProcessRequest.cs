using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one request inside a process: it is answered in a turn, and given up at its deadline.</summary>
internal sealed class InProcessRequest : TaskUnit
{
    private readonly ITransportHost _host;
    private readonly ReadOnlyMemory<byte> _request;
    private readonly TimeSpan _timeout;
    private readonly string _peer;
    private readonly CancellationTokenSource _ending;
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _answer = new();
    private readonly long _deadlineNs;
    private Task? _running;
    private volatile bool _isCancelled;

    public InProcessRequest(
        Executor executor,
        JobShare share,
        ITransportHost host,
        ReadOnlyMemory<byte> request,
        TimeSpan timeout,
        string peer,
        CancellationTokenSource ending)
        : base("transport/request", executor, share)
    {
        _host = host;
        _request = request;
        _timeout = timeout;
        _peer = peer;
        _ending = ending;
        _deadlineNs = executor.Now + (long)timeout.TotalNanoseconds;
    }

    /// <summary>Gets the answer.</summary>
    public Task<ReadOnlyMemory<byte>> Answer => _answer.Task;

    /// <summary>Gives up.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        Notify();
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        if (_answer.Task.IsCompleted)
        {
            return TurnResult.Done;
        }

        if (_isCancelled)
        {
            _answer.TrySetCanceled(_ending.Token);
            return TurnResult.Done;
        }

        if (Executor.Now >= _deadlineNs)
        {
            _ending.Cancel();
            _answer.TrySetException(TransportFailure.Timeout(_peer, _timeout));
            return TurnResult.Done;
        }

        _running ??= AnswerAsync();
        if (_answer.Task.IsCompleted)
        {
            return TurnResult.Done;
        }

        Executor.WakeAt(this, _deadlineNs);
        return TurnResult.Idle;
    }

    protected override void Fail(Exception failure) => _answer.TrySetException(failure);

    private async Task AnswerAsync()
    {
        try
        {
            _answer.TrySetResult(await _host.AnswerAsync(_request, _ending.Token));
        }
        catch (OperationCanceledException)
        {
            // Whoever asked was told, or is told at the deadline.
        }

        Notify();
    }
}
