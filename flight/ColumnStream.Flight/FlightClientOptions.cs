using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>States how a client speaks to its server.</summary>
public sealed record FlightClientOptions
{
    /// <summary>Gets which server, and how connections are protected.</summary>
    public required GrpcChannelOptions Channel { get; init; }

    /// <summary>Gets the account that pays for batches received, and for what is converted to be sent.</summary>
    public required BufferAllocator Allocator { get; init; }

    /// <summary>Gets how batches are delivered.</summary>
    public IpcReaderOptions Reader { get; init; } = IpcReaderOptions.Default;

    /// <summary>
    /// Gets whether streams of batches have a connection of their own, so that one left unread holds up nothing else.
    /// </summary>
    public bool SeparatesData { get; init; } = true;
}
