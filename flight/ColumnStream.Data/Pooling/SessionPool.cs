using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Client;

namespace ColumnStream.Data.Pooling;

/// <summary>Keeps sessions for the next connection, and connections from becoming too many.</summary>
internal sealed class SessionPool(FlightClient flight, ColumnStreamConnectionStringBuilder settings, TimeProvider time)
{
    private const string PoolName = "db.client.connection.pool.name";

    private readonly Lock _lock = new();
    private readonly Stack<PooledSession> _idle = new();
    private readonly SemaphoreSlim _places = new(Math.Max(settings.MaxPoolSize, 1));
    private int _used;
    private int _waiting;

    /// <summary>Gets the client that all sessions use.</summary>
    public FlightSqlClient Client { get; } = new(flight);

    /// <summary>Gets the name that metrics show: the application's, where it has one, and the server.</summary>
    public string Name { get; } = NameOf(settings);

    /// <summary>Gets what every measurement says of the server.</summary>
    public TagList Tags { get; } = new()
    {
        { "db.system.name", "columnstream" }, { "server.address", settings.Host }, { "server.port", settings.Port },
    };

    /// <summary>Gets the connections that are open.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Gets the connections that may be open.</summary>
    public int Most { get; } = Math.Max(settings.MaxPoolSize, 1);

    /// <summary>Gets who waits for a connection.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Gets the sessions that wait.</summary>
    public int Idle
    {
        get
        {
            lock (_lock)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>Gives a session, logged in; it goes back with <see cref="ReturnAsync"/>.</summary>
    /// <exception cref="ColumnStreamException">
    /// The server refuses or cannot be reached, or all connections are in use for too long.
    /// </exception>
    public async Task<PooledSession> RentAsync(CancellationToken cancellation)
    {
        TimeSpan limit = settings.Timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(settings.Timeout);
        long asked = time.GetTimestamp();
        if (!await EnterAsync(limit, cancellation).ConfigureAwait(false))
        {
            Metrics.ConnectionTimeouts.Add(1, new KeyValuePair<string, object?>(PoolName, Name));
            throw new ColumnStreamException(
                $"All {settings.MaxPoolSize} connections are in use since {settings.Timeout} s: dispose of "
                + "connections, or raise Max Pool Size.", "53300", isTransient: true);
        }

        try
        {
            await DropOldAsync().ConfigureAwait(false);
            PooledSession session = TakeIdle() ?? await OpenAsync(limit, cancellation).ConfigureAwait(false);
            Interlocked.Increment(ref _used);
            session.RentedAt = time.GetTimestamp();
            Record(Metrics.ConnectionWaitTime, asked);
            return session;
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Takes a session back, for the next connection or to be ended.</summary>
    public async ValueTask ReturnAsync(PooledSession session)
    {
        Interlocked.Decrement(ref _used);
        Record(Metrics.ConnectionUseTime, session.RentedAt);
        try
        {
            if (session.IsLost)
            {
                Clear(); // those that wait are most likely no better
                return;
            }

            if (!settings.Pooling || session.IsDirty)
            {
                await EndAsync(session).ConfigureAwait(false);
                return;
            }

            session.IdleSince = time.GetTimestamp();
            lock (_lock)
            {
                _idle.Push(session);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Forgets the sessions that wait; the server ends them by itself.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _idle.Clear();
        }
    }

    /// <summary>Ends the sessions that wait.</summary>
    public async ValueTask ClearAsync()
    {
        while (TakeIdle() is { } session)
        {
            await EndAsync(session).ConfigureAwait(false);
        }
    }

    private static string NameOf(ColumnStreamConnectionStringBuilder settings)
    {
        string server = settings.Host.StartsWith('/') ? settings.Host : $"{settings.Host}:{settings.Port}";
        string place = settings.Database.Length == 0 ? server : $"{server}/{settings.Database}";
        return settings.ApplicationName.Length == 0 ? place : $"{settings.ApplicationName}@{place}";
    }

    private async ValueTask<bool> EnterAsync(TimeSpan limit, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await _places.WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Record(Histogram<double> instrument, long since) => instrument.Record(
        time.GetElapsedTime(since).TotalSeconds, new KeyValuePair<string, object?>(PoolName, Name));

    private PooledSession? TakeIdle()
    {
        lock (_lock)
        {
            return _idle.TryPop(out PooledSession? session) ? session : null;
        }
    }

    private async ValueTask DropOldAsync()
    {
        if (settings.ConnectionIdleLifetime == 0)
        {
            return;
        }

        List<PooledSession> old = [];
        lock (_lock)
        {
            PooledSession[] all = _idle.ToArray();
            _idle.Clear();
            for (int i = all.Length - 1; i >= 0; i--)
            {
                if (time.GetElapsedTime(all[i].IdleSince).TotalSeconds > settings.ConnectionIdleLifetime)
                {
                    old.Add(all[i]);
                }
                else
                {
                    _idle.Push(all[i]);
                }
            }
        }

        foreach (PooledSession session in old)
        {
            await EndAsync(session).ConfigureAwait(false);
        }
    }

    private async ValueTask EndAsync(PooledSession session)
    {
        try
        {
            await Client.CloseSessionAsync(
                session.Options(CancellationToken.None) with { Timeout = TimeSpan.FromSeconds(5) }).ConfigureAwait(false);
        }
        catch (GrpcException)
        {
            // The server is gone, or knows no sessions: in either case nothing of this one is left to end.
        }
    }

    private async Task<PooledSession> OpenAsync(TimeSpan limit, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(limit);
        try
        {
            var session = new PooledSession(await LogInAsync(ending.Token).ConfigureAwait(false));
            await SetAsync(session, ending.Token).ConfigureAwait(false);
            Record(Metrics.ConnectionCreateTime, started);
            return session;
        }
        catch (GrpcException e)
        {
            throw new ColumnStreamException(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ColumnStreamException(
                $"Server {settings.Host}:{settings.Port} did not answer within {settings.Timeout} s (Timeout in the "
                + "connection string).", "08001", isTransient: true, new TimeoutException(null, e));
        }
    }

    /// <summary>Shows the server who this is, and gives the headers by which it knows the session from then on.</summary>
    private async Task<GrpcMetadata> LogInAsync(CancellationToken cancellation)
    {
        var shown = new GrpcMetadata();
        if (settings.Token.Length > 0)
        {
            shown.Add("authorization", "Bearer " + settings.Token);
        }
        else if (settings.Username.Length > 0)
        {
            shown.Add(
                "authorization", "Basic " + Convert.ToBase64String(
                    Encoding.UTF8.GetBytes($"{settings.Username}:{settings.Password}")));
        }

        GrpcMetadata? received = null;
        try
        {
            var options = new GrpcCallOptions { Headers = shown, Cancellation = cancellation, OnHeaders = h => received = h };
            await flight.HandshakeAsync(default, options).ConfigureAwait(false);
        }
        catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.Unimplemented && settings.Username.Length == 0)
        {
            return shown; // a server without logins
        }

        if (received?.Get("authorization") is not { } token)
        {
            return settings.Username.Length == 0
                ? shown
                : throw new GrpcException(GrpcStatusCode.Unauthenticated, "Server gave no token for user and password.");
        }

        var headers = new GrpcMetadata();
        headers.Add("authorization", token);
        return headers;
    }

    private async Task SetAsync(PooledSession session, CancellationToken cancellation)
    {
        var options = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add(SqlSessionOptions.Catalog, settings.Catalog);
        Add(SqlSessionOptions.Schema, settings.Database);
        Add(SqlSessionOptions.Compression, settings.Compression == "none" ? string.Empty : settings.Compression);
        if (options.Count > 0)
        {
            await Client.SetOptionsAsync(options, session.Options(cancellation)).ConfigureAwait(false);
        }

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                options.Add(name, value);
            }
        }
    }
}
