using System;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Tells a service who calls, with which headers, and until when.</summary>
/// <remarks>Made by the server for one call; the service may change response headers until its first answer leaves.</remarks>
public sealed class FlightCall
{
    internal FlightCall(string method, GrpcMetadata headers, GrpcPeer peer, DateTimeOffset? deadline, BufferAllocator allocator)
    {
        Method = method;
        Headers = headers;
        Peer = peer;
        Deadline = deadline;
        Allocator = allocator;
    }

    /// <summary>Gets the method's name, e.g. <c>DoGet</c>.</summary>
    public string Method { get; }

    /// <summary>Gets what the client sent in front of its request.</summary>
    public GrpcMetadata Headers { get; }

    /// <summary>Gets who is at the other end.</summary>
    public GrpcPeer Peer { get; }

    /// <summary>Gets when the client stops waiting, or null.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Gets what is sent in front of the answer.</summary>
    public GrpcMetadata ResponseHeaders { get; } = new();

    /// <summary>Gets what is sent behind the answer.</summary>
    public GrpcMetadata ResponseTrailers { get; } = new();

    /// <summary>Gets the account that pays for bodies received and sent by this call.</summary>
    public BufferAllocator Allocator { get; }

    /// <summary>Gets or sets who the server's <c>FlightServerOptions.Authenticate</c> found the caller to be.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED, on setting: this caller has too many connections.</exception>
    public object? Identity
    {
        get;
        set
        {
            field = value;
            OnIdentified?.Invoke(value);
        }
    }

    /// <summary>Gets or sets what is told who the caller is, and may throw where this caller has too many connections.</summary>
    internal Action<object?>? OnIdentified { get; set; }

    /// <summary>Gets or sets what ends the call's reads and writes; the server's own.</summary>
    internal Action? Ending { get; set; }

    /// <summary>Gets what ends the call early: the client left, its deadline passed, or the server stops.</summary>
    public CancellationToken Cancellation { get; internal set; }

    /// <summary>Ends the call early: reads and writes that run fail as if its client had left, and the service says how it ends.</summary>
    public void BreakOff() => Ending?.Invoke();
}
