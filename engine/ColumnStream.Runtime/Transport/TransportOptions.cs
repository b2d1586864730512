using System;

namespace ColumnStream.Runtime.Transport;

/// <summary>States what a node's channels may cost and how long it waits.</summary>
public sealed record TransportOptions
{
    /// <summary>Gets the bytes of control frames that one channel may have under way beside its credit.</summary>
    public int ControlReserveBytes { get; init; } = 16 << 10;

    /// <summary>Gets the most bytes of one frame.</summary>
    public long MaxFrameBytes { get; init; } = 256L << 20;

    /// <summary>Gets the most channels of one link.</summary>
    public int MaxChannels { get; init; } = 4096;

    /// <summary>Gets the largest window that a consumer may ask for.</summary>
    public long MaxWindowBytes { get; init; } = 1L << 30;

    /// <summary>Gets whether frames carry a checksum, for connections that have none of their own as TLS has.</summary>
    public bool ChecksFrames { get; init; } = true;

    /// <summary>Gets how long a consumer that opens a channel waits for it to be offered.</summary>
    public TimeSpan OfferTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how often a link with channels is asked for a sign of life.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets after how long without any message a link is lost.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
