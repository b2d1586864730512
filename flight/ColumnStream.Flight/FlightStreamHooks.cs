using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Ties readers and writers of a stream to its call: the server's or the client's.</summary>
internal abstract class FlightStreamHooks
{
    /// <summary>Returns what delivers the other side's messages; a server sends its headers before.</summary>
    public abstract ValueTask<FrameReader> OpenAsync();

    /// <summary>Awaits a read; a client turns a broken connection into a status.</summary>
    public virtual ValueTask<bool> GuardAsync(ValueTask<bool> read) => read;

    /// <summary>Awaits a write; a client finds out why nothing more can be sent.</summary>
    public virtual ValueTask GuardAsync(ValueTask write) => write;

    /// <summary>Runs at the end of the stream: a client takes the call's status here.</summary>
    public virtual ValueTask EndAsync() => default;

    /// <summary>Lets go of the call.</summary>
    public virtual ValueTask CloseAsync() => default;
}
