using System;
using System.Collections.Generic;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Hosting;

/// <summary>States where a server listens, what it allows, and how it ends.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Gets where to listen.</summary>
    public required IReadOnlyList<GrpcListener> Listeners { get; init; }

    /// <summary>Gets what one connection may cost.</summary>
    public GrpcProfile Profile { get; init; } = GrpcProfile.Clients;

    /// <summary>
    /// Gets whether the service says who calls (<see cref="FlightCall.Identity"/>), whose connection it is from then on. Without it a
    /// connection is its address's from its first call on.
    /// </summary>
    public bool KnowsCallers { get; init; }

    /// <summary>Gets the clock of deadlines and budgets.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the most bytes of a message that is no batch.</summary>
    public int MaxMessageBytes { get; init; } = 4 << 20;

    /// <summary>Gets the most bytes of a message that holds a batch.</summary>
    public int MaxDataMessageBytes { get; init; } = 64 << 20;

    /// <summary>Gets how long a call with one answer may take where its client names no deadline.</summary>
    public TimeSpan UnaryDeadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Gets how long an answer may wait for a client that takes none of it, or a request for one that sends nothing more; then the call ends
    /// as DEADLINE_EXCEEDED. Who takes nothing has as long again to find that. Zero for ever.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>Gets what is told of such calls.</summary>
    public Action<string>? OnIdle { get; init; }

    /// <summary>Gets whether answers are compressed for clients that accept it.</summary>
    public bool CompressesResponses { get; init; }

    /// <summary>Gets the most bytes of network blocks that are kept while nobody needs them.</summary>
    public long IdleNetworkBytes { get; init; } = 64 << 20;

    /// <summary>Gets what maps a service's own errors to a status; null of it means an internal error.</summary>
    public Func<Exception, GrpcStatus?>? MapError { get; init; }

    /// <summary>Gets what makes a status of the server's own limits, such as one with a code.</summary>
    public Func<GrpcStatusCode, string, GrpcStatus> OwnStatus { get; init; } = static (code, text) => new GrpcStatus(code, text);

    /// <summary>Gets what is told of errors that clients are not told of.</summary>
    public Action<Exception>? Log { get; init; }
}
