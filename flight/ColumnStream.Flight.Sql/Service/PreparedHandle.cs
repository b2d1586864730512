using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Is a prepared statement that a client knows by its handle, with the parameters bound last.</summary>
internal sealed class PreparedHandle(ClientSession session, ISqlStatement statement) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private RecordBatch? _parameters;
    private int _users = 1;

    /// <summary>Gets the session in which the statement means something.</summary>
    public ClientSession Session => session;

    /// <summary>Gets the statement.</summary>
    public ISqlStatement Statement => statement;

    /// <summary>Takes over <paramref name="parameters"/> in place of those bound before.</summary>
    public void Bind(RecordBatch parameters)
    {
        RecordBatch? before;
        lock (_lock)
        {
            before = _parameters;
            _parameters = parameters;
        }

        before?.Release();
    }

    /// <summary>Gives the parameters bound last, which the caller releases, or null.</summary>
    public RecordBatch? Parameters()
    {
        lock (_lock)
        {
            return _parameters?.Retain();
        }
    }

    /// <summary>Adds a user, who disposes it later.</summary>
    public PreparedHandle Share()
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

        _parameters?.Release();
        await statement.DisposeAsync().ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
