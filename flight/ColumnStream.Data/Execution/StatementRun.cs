using System;
using System.Collections.Generic;
using System.Data;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Parameters;
using ColumnStream.Data.Pooling;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Client;

namespace ColumnStream.Data.Execution;

/// <summary>Runs a command's statement: plain ones in two calls, those with parameters as prepared statements.</summary>
internal sealed class StatementRun
{
    private static readonly Schema NoColumns = new();

    private PreparedText? _prepared;
    private CancellationTokenSource? _running;

    /// <summary>Ends what runs now.</summary>
    public void Cancel() => End(_running);

    /// <summary>Forgets the prepared statement: the text is another.</summary>
    public void Forget()
    {
        PreparedText? before = Interlocked.Exchange(ref _prepared, null);
        if (before is not null)
        {
            _ = CloseQuietlyAsync(before);
        }
    }

    /// <summary>Closes the prepared statement.</summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _prepared, null) is { } before)
        {
            await CloseQuietlyAsync(before).ConfigureAwait(false);
        }
    }

    /// <summary>Prepares a statement for many runs.</summary>
    public Task PrepareAsync(Statement statement, CancellationToken cancellation) =>
        TellAsync(statement, "PREPARE", async (options, ending) =>
    {
        using CancellationTokenSource over = ending;
        (string sql, IReadOnlyList<ColumnStreamParameter> _) = ParameterText.Resolve(statement.Sql, statement.Parameters);
        Forget();
        _prepared = await PreparedAsync(statement, sql, options).ConfigureAwait(false);
        return 0;
    }, cancellation);

    /// <summary>Runs a statement for its rows.</summary>
    public Task<Result> QueryAsync(Statement statement, CommandBehavior behavior, CancellationToken cancellation) =>
        TellAsync(
            statement, SqlText.OperationOf(statement.Sql),
            (options, ending) => QueryAsync(statement, behavior, options, ending), cancellation);

    /// <summary>Runs a statement for its effect.</summary>
    public Task<long> UpdateAsync(Statement statement, CancellationToken cancellation) =>
        TellAsync(statement, SqlText.OperationOf(statement.Sql), async (options, ending) =>
    {
        using CancellationTokenSource over = ending;
        FlightSqlClient client = statement.Connection.Client;
        (string sql, IReadOnlyList<ColumnStreamParameter> parameters) = ParameterText.Resolve(statement.Sql, statement.Parameters);
        if (parameters.Count == 0 && _prepared is null)
        {
            return await client.UpdateAsync(sql, options).ConfigureAwait(false);
        }

        PreparedText prepared = _prepared ?? await PreparedAsync(statement, sql, options).ConfigureAwait(false);
        try
        {
            return await UpdatePreparedAsync(statement, prepared, parameters, options).ConfigureAwait(false);
        }
        finally
        {
            if (!ReferenceEquals(prepared, _prepared))
            {
                await CloseQuietlyAsync(prepared).ConfigureAwait(false);
            }
        }
    }, cancellation);

    /// <summary>Runs a prepared update with the values at hand.</summary>
    private static async Task<long> UpdatePreparedAsync(
        Statement statement, PreparedText prepared, IReadOnlyList<ColumnStreamParameter> parameters, GrpcCallOptions options)
    {
        RecordBatch? batch = BatchOf(statement, parameters);
        try
        {
            return await statement.Connection.Client.UpdatePreparedAsync(
                prepared.Prepared.Handle, batch, options).ConfigureAwait(false);
        }
        finally
        {
            batch?.Release();
        }
    }

    private static RecordBatch? BatchOf(Statement statement, IReadOnlyList<ColumnStreamParameter> parameters)
    {
        if (parameters.Count == 0)
        {
            return null;
        }

        var row = new object?[parameters.Count];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = parameters[i].Value;
        }

        return ParameterBatch.Of(parameters, [row], statement.Connection.Source.Allocator);
    }

    private static async Task<PreparedText> PreparedAsync(Statement statement, string sql, GrpcCallOptions options) => new(
        statement.Connection, await statement.Connection.Client.PrepareAsync(sql, options).ConfigureAwait(false));

    private static async Task CloseQuietlyAsync(PreparedText prepared)
    {
        if (prepared.Connection.State != ConnectionState.Open)
        {
            return; // its session is closed, or another user's
        }

        try
        {
            PooledSession session = prepared.Connection.Session();
            GrpcCallOptions options = session.Options(CancellationToken.None) with { Timeout = TimeSpan.FromSeconds(5) };
            await prepared.Connection.Client.CloseAsync(prepared.Prepared.Handle, options).ConfigureAwait(false);
        }
        catch (GrpcException)
        {
            // The server closes statements that nobody uses by itself; the caller cannot do more about it.
        }
    }

    private async Task<Result> QueryAsync(
        Statement statement, CommandBehavior behavior, GrpcCallOptions options, CancellationTokenSource ending)
    {
        FlightSqlClient client = statement.Connection.Client;
        (string sql, IReadOnlyList<ColumnStreamParameter> parameters) = ParameterText.Resolve(statement.Sql, statement.Parameters);
        if (behavior.HasFlag(CommandBehavior.SchemaOnly))
        {
            using CancellationTokenSource over = ending;
            return new Result(await client.QuerySchemaAsync(sql, options).ConfigureAwait(false), -1);
        }

        if (parameters.Count == 0 && _prepared is null)
        {
            FlightInfo info = await client.QueryAsync(sql, options).ConfigureAwait(false);
            return await OpenAsync(statement, info, options, ending).ConfigureAwait(false);
        }

        PreparedText prepared = _prepared ?? await PreparedAsync(statement, sql, options).ConfigureAwait(false);
        try
        {
            if (prepared.Prepared.ResultSchema is null)
            {
                using CancellationTokenSource over = ending;
                return new Result(null, await UpdatePreparedAsync(statement, prepared, parameters, options).ConfigureAwait(false));
            }

            ReadOnlyMemory<byte> handle = prepared.Prepared.Handle;
            RecordBatch? batch = BatchOf(statement, parameters);
            try
            {
                handle = batch is null ? handle : await client.BindAsync(handle, batch, options).ConfigureAwait(false);
            }
            finally
            {
                batch?.Release();
            }

            FlightInfo info = await client.QueryPreparedAsync(handle, options).ConfigureAwait(false);
            return await OpenAsync(statement, info, options, ending).ConfigureAwait(false);
        }
        finally
        {
            if (!ReferenceEquals(prepared, _prepared))
            {
                await CloseQuietlyAsync(prepared).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Result> OpenAsync(
        Statement statement, FlightInfo info, GrpcCallOptions options, CancellationTokenSource ending)
    {
        var result = new Result(statement.Connection, info, info.DecodeSchema() ?? NoColumns, options, ending);
        try
        {
            await result.OpenAsync().ConfigureAwait(false);
            return result;
        }
        catch
        {
            await result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a run, whose source is disposed at its end while others may still ask for that.</summary>
    private static void End(object? source)
    {
        try
        {
            ((CancellationTokenSource?)source)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>Runs calls of a statement as one operation, of which listeners are told.</summary>
    private async Task<T> TellAsync<T>(
        Statement statement, string? name, Func<GrpcCallOptions, CancellationTokenSource, Task<T>> run,
        CancellationToken cancellation)
    {
        using Operation operation = Operation.Begin(statement.Connection, name, statement.Sql);
        try
        {
            return await GuardAsync(statement, run, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (operation.Fail(e))
        {
            throw;
        }
    }

    /// <summary>Runs calls of a statement with its end of time, and turns their errors into the provider's.</summary>
    private async Task<T> GuardAsync<T>(
        Statement statement, Func<GrpcCallOptions, CancellationTokenSource, Task<T>> run, CancellationToken cancellation)
    {
        PooledSession session = statement.Connection.Session();
        session.IsDirty |= SqlText.ChangesSession(statement.Sql);
        // The caller's token ends the start only: a reader goes on when it is cancelled later, as with other providers.
        var ending = new CancellationTokenSource();
        using CancellationTokenRegistration asked = cancellation.UnsafeRegister(End, ending);
        using var late = new CancellationTokenSource(
            statement.TimeoutSeconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(statement.TimeoutSeconds),
            statement.Connection.Source.Time);
        using CancellationTokenRegistration ended = late.Token.UnsafeRegister(End, ending);
        _running = ending;
        try
        {
            return await run(session.Options(ending.Token), ending).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            ending.Dispose();
            throw statement.Connection.Failed(e);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            ending.Dispose();
            throw new ColumnStreamException(
                $"Statement gave no rows within {statement.TimeoutSeconds} s (CommandTimeout).", "57014", isTransient: false,
                new TimeoutException(null, e));
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested && ending.IsCancellationRequested)
        {
            ending.Dispose();
            throw ColumnStreamException.Cancelled(e);
        }
        catch
        {
            ending.Dispose();
            throw;
        }
    }

    /// <summary>Is a prepared statement and the connection in whose session it was made.</summary>
    private sealed record PreparedText(ColumnStreamConnection Connection, FlightSqlPrepared Prepared);
}
