using System;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using Google.Protobuf;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Holds prepared statements and tickets by their handles, for clients that come back with them, also on another connection; only
/// the user who made one may use it.
/// </summary>
internal sealed class StatementTable(Func<string> nextId, FlightSqlOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly ExpiringTable<PreparedHandle> _prepared = new(time, options.HandleTimeout, options.MaxHandles, h => h.Share());
    private readonly ExpiringTable<ExecutionHandle> _executions = new(
        time, options.HandleTimeout, options.MaxHandles, h => h.Share());

    /// <summary>Takes over a prepared statement and gives its handle.</summary>
    public async ValueTask<ByteString> AddAsync(PreparedHandle prepared)
    {
        string id = nextId();
        await (await _prepared.AddAsync(id, prepared).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        return ByteString.CopyFromUtf8(id);
    }

    /// <summary>Takes over a statement that waits to run and gives the handle for its ticket.</summary>
    public async ValueTask<ByteString> AddAsync(ExecutionHandle execution)
    {
        string id = nextId();
        await (await _executions.AddAsync(id, execution).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        return ByteString.CopyFromUtf8(id);
    }

    /// <summary>Finds a prepared statement, of which the caller disposes its share.</summary>
    /// <exception cref="GrpcException">
    /// NotFound: the handle is unknown, closed or unused for too long, or another user's.
    /// </exception>
    public async ValueTask<PreparedHandle> PreparedAsync(ByteString handle, ClientSession session)
    {
        PreparedHandle? found = await _prepared.FindAsync(handle.ToStringUtf8()).ConfigureAwait(false);
        if (found is not null && found.Session.Login.User == session.Login.User)
        {
            return found;
        }

        if (found is not null)
        {
            await found.DisposeAsync().ConfigureAwait(false);
        }

        throw Missing("Prepared statement");
    }

    /// <summary>Finds a statement that waits to run and marks it as redeemed; the caller disposes its share.</summary>
    /// <exception cref="GrpcException">
    /// NotFound: as for prepared statements. FailedPrecondition: it is being redeemed.
    /// </exception>
    public async ValueTask<ExecutionHandle> ExecutionAsync(ByteString handle, ClientSession session)
    {
        ExecutionHandle found = await FindExecutionAsync(handle, session).ConfigureAwait(false);
        if (found.TryRedeem())
        {
            return found;
        }

        await found.DisposeAsync().ConfigureAwait(false);
        throw new GrpcException(
            GrpcStatusCode.FailedPrecondition, "Ticket is being redeemed: ask for another one with GetFlightInfo.");
    }

    /// <summary>Forgets a ticket whose run is over.</summary>
    public ValueTask ForgetAsync(ByteString handle) =>
        _executions.Take(handle.ToStringUtf8())?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Closes a prepared statement; results that are open go on.</summary>
    public async ValueTask CloseAsync(ByteString handle, ClientSession session)
    {
        await (await PreparedAsync(handle, session).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        if (_prepared.Take(handle.ToStringUtf8()) is { } taken)
        {
            await taken.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends a statement that waits or runs; false where it is unknown, or over.</summary>
    public async ValueTask<bool> CancelAsync(ByteString handle, ClientSession session)
    {
        ExecutionHandle found;
        try
        {
            found = await FindExecutionAsync(handle, session).ConfigureAwait(false);
        }
        catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.NotFound)
        {
            return false;
        }

        await using (found.ConfigureAwait(false))
        {
            found.Cancel();
        }

        if (_executions.Take(handle.ToStringUtf8()) is { } taken)
        {
            await taken.DisposeAsync().ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Marks a ticket as used, so that it stays longer; false where it is unknown.</summary>
    public async ValueTask<bool> RenewAsync(ByteString handle, ClientSession session)
    {
        try
        {
            await (await FindExecutionAsync(handle, session).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _executions.DisposeAsync().ConfigureAwait(false);
        await _prepared.DisposeAsync().ConfigureAwait(false);
    }

    private static GrpcException Missing(string what) =>
        new(GrpcStatusCode.NotFound,
            $"{what} is not known (any more): it was closed, not used for too long, or made by another user.");

    private async ValueTask<ExecutionHandle> FindExecutionAsync(ByteString handle, ClientSession session)
    {
        ExecutionHandle? found = await _executions.FindAsync(handle.ToStringUtf8()).ConfigureAwait(false);
        if (found is not null && found.Prepared.Session.Login.User == session.Login.User)
        {
            return found;
        }

        if (found is not null)
        {
            await found.DisposeAsync().ConfigureAwait(false);
        }

        throw Missing("Ticket");
    }
}
