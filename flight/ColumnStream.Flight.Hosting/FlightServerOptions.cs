using System;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Flight.Hosting;

/// <summary>States how a Flight server runs.</summary>
public sealed record FlightServerOptions
{
    /// <summary>Gets where it listens and what it allows.</summary>
    public required GrpcServerOptions Grpc { get; init; }

    /// <summary>Gets the account that pays for bodies on their way in and out.</summary>
    public required BufferAllocator Allocator { get; init; }

    /// <summary>Gets the most bytes that one call may hold of that account.</summary>
    public long MaxCallBytes { get; init; } = 1L << 30;

    /// <summary>Gets how uploaded batches are delivered; text is checked to be UTF-8, which what reads it later relies on.</summary>
    public IpcReaderOptions Reader { get; init; } = IpcReaderOptions.Engine with { ValidateUtf8 = true };

    /// <summary>
    /// Gets what finds out who calls, before every method but Handshake; it sets <see cref="FlightCall.Identity"/> or throws.
    /// </summary>
    public Func<FlightCall, ValueTask>? Authenticate { get; init; }
}
