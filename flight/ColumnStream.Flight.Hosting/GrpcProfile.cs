using System;

namespace ColumnStream.Flight.Hosting;

/// <summary>States what one connection may cost; one for clients, one for nodes.</summary>
/// <remarks>
/// A handler that stops reading keeps at most its stream's window from the connection. As long as all streams' windows fit into
/// the connection's, no handler can stop another one's upload.
/// </remarks>
public sealed record GrpcProfile
{
    /// <summary>Gets the profile for connections of clients, which nobody vouches for.</summary>
    public static GrpcProfile Clients { get; } = new();

    /// <summary>Gets the profile for connections of this system's own nodes.</summary>
    public static GrpcProfile Nodes { get; } = new()
    {
        MaxConnections = 1024,
        MaxStreams = 32,
        MaxFrameBytes = 1 << 20,
        StreamWindowBytes = 8 << 20,
        ConnectionWindowBytes = 256 << 20,
        MaxConnectionsPerSecond = 2000,
        MaxControlFramesPerSecond = 20_000,
    };

    /// <summary>Gets the most connections at a time, at least two; an eighth is for those whose callers are not known yet.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Gets the most calls of one connection at a time.</summary>
    public int MaxStreams { get; init; } = 64;

    /// <summary>Gets the most bytes of one HTTP/2 frame.</summary>
    public int MaxFrameBytes { get; init; } = 64 << 10;

    /// <summary>Gets the bytes that a client may send ahead on one call.</summary>
    public int StreamWindowBytes { get; init; } = 512 << 10;

    /// <summary>Gets the bytes that a client may send ahead on all calls of a connection.</summary>
    public int ConnectionWindowBytes { get; init; } = 32 << 20;

    /// <summary>Gets the most calls that a client may break off in a minute before its connection is closed.</summary>
    public int MaxResetsPerMinute { get; init; } = 200;

    /// <summary>Gets the connections that one address may open in a second, on average; those that come to nothing count as several.</summary>
    public int MaxConnectionsPerSecond { get; init; } = 200;

    /// <summary>
    /// Gets the frames in a second, on average, by which a client may say nothing: pings, settings, windows of what was not sent.
    /// </summary>
    public int MaxControlFramesPerSecond { get; init; } = 1000;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 2);
        if ((long)MaxStreams * StreamWindowBytes > ConnectionWindowBytes)
        {
            throw new ArgumentException(
                $"Windows of all streams exceed the connection's: {MaxStreams} x {StreamWindowBytes}, {ConnectionWindowBytes}.");
        }
    }
}
