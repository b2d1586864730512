using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ColumnStream.Flight.Hosting;

/// <summary>Is what is known of one connection.</summary>
internal sealed class GateEntry(ConnectionContext connection, IPAddress address, AddressTurns turns)
{
    private volatile bool _isProven;
    private volatile bool _isAbusive;

    /// <summary>Gets the connection.</summary>
    public ConnectionContext Connection => connection;

    /// <summary>Gets where it comes from.</summary>
    public IPAddress Address => address;

    /// <summary>Gets the turns that all connections of its address share.</summary>
    public AddressTurns Turns => turns;

    /// <summary>Gets whether a call of it was somebody's who is known.</summary>
    public bool IsProven => _isProven;

    /// <summary>Gets whether it was closed for what it did.</summary>
    public bool IsAbusive => _isAbusive;

    /// <summary>Finds the connection of a call; null where no gate stands in front.</summary>
    public static GateEntry? Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(GateEntry), out object? found) == true
            ? (GateEntry?)found : null;

    /// <summary>Notes that a caller of it is known.</summary>
    public void Prove() => _isProven = true;

    /// <summary>Closes the connection for what it did.</summary>
    public void Punish(string reason)
    {
        _isAbusive = true;
        connection.Abort(new ConnectionAbortedException(reason));
    }
}
