using System.Threading;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data.Pooling;

/// <summary>Is one session at the server: the headers by which it knows the client.</summary>
internal sealed class PooledSession(GrpcMetadata headers)
{
    /// <summary>Gets or sets whether the session was changed, so that the next user must not have it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Gets or sets whether the server was gone, or does not know the session any more.</summary>
    public bool IsLost { get; set; }

    /// <summary>Gets or sets when the session went back into the pool, as a timestamp of the source's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Gets or sets when the session left the pool, as a timestamp of the source's clock.</summary>
    public long RentedAt { get; set; }

    /// <summary>Gives what goes with a call of this session: its headers, and the context of the caller's trace where there is one.</summary>
    public GrpcCallOptions Options(CancellationToken cancellation) =>
        new() { Headers = TraceHeaders.With(headers), Cancellation = cancellation };
}
