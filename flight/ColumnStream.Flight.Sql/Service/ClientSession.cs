using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Is one client's session with all that must end with it; shared by calls, statements and results, the last of which ends it.
/// </summary>
internal sealed class ClientSession(string id, SqlLogin login, ISqlSession session) : System.IAsyncDisposable
{
    private int _users = 1;

    /// <summary>Gets the session's number, which a cookie may carry.</summary>
    public string Id => id;

    /// <summary>Gets whose session it is.</summary>
    public SqlLogin Login => login;

    /// <summary>Gets the engine's session.</summary>
    public ISqlSession Session => session;

    /// <summary>Adds a user, who disposes it later.</summary>
    public ClientSession Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Takes a user off; the last one ends the session.</summary>
    public ValueTask DisposeAsync() => Interlocked.Decrement(ref _users) == 0 ? session.DisposeAsync() : ValueTask.CompletedTask;
}
