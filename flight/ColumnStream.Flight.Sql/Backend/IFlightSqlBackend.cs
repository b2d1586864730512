using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>
/// Is what Flight SQL's service needs of an engine: who a caller is, and a session in which statements mean something.
/// </summary>
/// <remarks>
/// Every member may be called by many callers at once. Errors meant for the client are <see cref="GrpcException"/>; any other
/// exception reaches the client as an internal error without its text.
/// </remarks>
public interface IFlightSqlBackend
{
    /// <summary>Gets what the server says of itself to clients that ask.</summary>
    SqlServerFacts Facts { get; }

    /// <summary>Checks a name and password and gives a token for later calls.</summary>
    /// <exception cref="GrpcException">Unauthenticated: name or password is wrong; the message does not say which.</exception>
    ValueTask<SqlLogin> LoginAsync(string user, string password, GrpcPeer peer, CancellationToken cancellation);

    /// <summary>Finds who a token belongs to; null is a caller that sent none.</summary>
    /// <exception cref="GrpcException">Unauthenticated: the token is unknown or has ended, or one is needed.</exception>
    ValueTask<SqlLogin> AuthenticateAsync(string? token, GrpcPeer peer, CancellationToken cancellation);

    /// <summary>Gives a token of its own to a client that has shown a lasting one, so that a session may hang on it.</summary>
    ValueTask<SqlLogin> IssueAsync(SqlLogin login, CancellationToken cancellation);

    /// <summary>Opens a session of <paramref name="login"/>; whoever asked disposes it.</summary>
    ValueTask<ISqlSession> OpenSessionAsync(SqlLogin login, CancellationToken cancellation);
}
