using System;
using System.Threading;

namespace ColumnStream.Flight.Grpc;

/// <summary>States what goes with one call of a client.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>Gets the options that are used when none are given.</summary>
    public static GrpcCallOptions None { get; } = new();

    /// <summary>Gets what is sent in front of the request.</summary>
    public GrpcMetadata? Headers { get; init; }

    /// <summary>Gets how long the call may take; the server is told.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets what breaks the call off.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets whether requests are compressed.</summary>
    public bool Compresses { get; init; }

    /// <summary>Gets what is told the headers of the answer when they come.</summary>
    public Action<GrpcMetadata>? OnHeaders { get; init; }
}
