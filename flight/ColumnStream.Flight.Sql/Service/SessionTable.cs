using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Finds the session that a call belongs to: by the token of its login, where that is the client's own, else by a cookie. A client
/// with a lasting token that keeps no cookies has a new session with every call.
/// </summary>
internal sealed class SessionTable : IAsyncDisposable
{
    /// <summary>Names the cookie, as Flight's clients know it.</summary>
    public const string Cookie = "arrow_flight_session_id";

    private readonly IFlightSqlBackend _backend;
    private readonly ExpiringTable<ClientSession> _sessions;
    private readonly string _start;
    private long _count;

    /// <summary>Makes an empty table.</summary>
    public SessionTable(IFlightSqlBackend backend, FlightSqlOptions options, TimeProvider time)
    {
        _backend = backend;
        _sessions = new ExpiringTable<ClientSession>(time, options.SessionTimeout, options.MaxSessions, s => s.Share());
        _start = time.GetUtcNow().Ticks.ToString("x", CultureInfo.InvariantCulture);
    }

    /// <summary>Gives a number that no other session or handle of this process, and of none that ran before, has.</summary>
    public string NextId() => $"{_start}-{Interlocked.Increment(ref _count).ToString("x", CultureInfo.InvariantCulture)}";

    /// <summary>Finds or opens the session of <paramref name="call"/>; the caller disposes its share.</summary>
    /// <exception cref="GrpcException">Unauthenticated.</exception>
    public async ValueTask<ClientSession> OfAsync(FlightCall call)
    {
        SqlLogin login = await _backend.AuthenticateAsync(Bearer(call.Headers), call.Peer, call.Cancellation)
            .ConfigureAwait(false);
        call.Identity = login.User;
        string? cookie = login.OwnsSession ? null : CookieOf(call.Headers);
        string? name = login.OwnsSession ? login.Token : cookie;
        if (name is not null && await _sessions.FindAsync(name).ConfigureAwait(false) is { } found)
        {
            if (found.Login.User == login.User)
            {
                return found;
            }

            await found.DisposeAsync().ConfigureAwait(false);
        }

        string id = NextId();
        var session = new ClientSession(id, login, await _backend.OpenSessionAsync(login, call.Cancellation).ConfigureAwait(false));
        if (!login.OwnsSession)
        {
            call.ResponseHeaders.Add("set-cookie", $"{Cookie}={id}");
        }

        return await _sessions.AddAsync(login.OwnsSession ? login.Token : id, session).ConfigureAwait(false);
    }

    /// <summary>Ends the session of <paramref name="call"/>: what still runs in it ends with its own handles.</summary>
    public async ValueTask CloseAsync(FlightCall call)
    {
        SqlLogin login = await _backend.AuthenticateAsync(Bearer(call.Headers), call.Peer, call.Cancellation)
            .ConfigureAwait(false);
        string? name = login.OwnsSession ? login.Token : CookieOf(call.Headers);
        if (name is null || await _sessions.FindAsync(name).ConfigureAwait(false) is not { } found)
        {
            return;
        }

        if (found.Login.User == login.User && _sessions.Take(name) is { } taken)
        {
            await taken.DisposeAsync().ConfigureAwait(false);
        }

        await found.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    /// <summary>Gives the token behind <c>Bearer</c>, or null.</summary>
    /// <exception cref="GrpcException">The header is of another kind.</exception>
    public static string? Bearer(GrpcMetadata headers)
    {
        string? value = headers.Get("authorization");
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        return value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? value["Bearer ".Length..].Trim()
            : throw new GrpcException(
                GrpcStatusCode.Unauthenticated,
                "Header authorization is not of the kind Bearer. A name and password (Basic) are for Handshake, which "
                + "answers with a token.");
    }

    private static string? CookieOf(GrpcMetadata headers)
    {
        foreach (string header in headers.GetAll("cookie"))
        {
            foreach (string part in header.Split(';', StringSplitOptions.TrimEntries))
            {
                if (part.StartsWith(Cookie + "=", StringComparison.Ordinal))
                {
                    return part[(Cookie.Length + 1)..].Trim('"');
                }
            }
        }

        return null;
    }
}
