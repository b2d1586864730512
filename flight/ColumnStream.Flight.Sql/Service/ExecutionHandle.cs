using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Is a statement with its parameters that runs when its ticket is redeemed, once; it can be cancelled before and while it runs.
/// </summary>
internal sealed class ExecutionHandle(PreparedHandle prepared, RecordBatch? parameters) : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private int _redeemed;
    private int _users = 1;

    /// <summary>Gets the statement.</summary>
    public PreparedHandle Prepared => prepared;

    /// <summary>Gets the parameters, or null.</summary>
    public RecordBatch? Parameters => parameters;

    /// <summary>Gets what ends the run from outside.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>Marks the ticket as used; false where it was before.</summary>
    public bool TryRedeem() => Interlocked.Exchange(ref _redeemed, 1) == 0;

    /// <summary>Ends the run, also one that has not begun.</summary>
    public void Cancel() => _cancel.Cancel();

    /// <summary>Adds a user, who disposes it later.</summary>
    public ExecutionHandle Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        parameters?.Release();
        _cancel.Dispose();
        await prepared.DisposeAsync().ConfigureAwait(false);
    }
}
