using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Sends frames that carry nothing, as fast as they go: each must be read, and some must be answered.</summary>
internal static class ControlFloods
{
    public static Task PingAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        FloodAsync(target, Http2Frame.Make(Http2Frame.Ping, 0, 0, new byte[8]), reads: true, counted, cancellation);

    /// <summary>Does not read the answers, which must not be gathered.</summary>
    public static Task UnreadPingAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        FloodAsync(target, Http2Frame.Make(Http2Frame.Ping, 0, 0, new byte[8]), reads: false, counted, cancellation);

    public static Task SettingsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        FloodAsync(target, Http2Frame.Setting(4, 65_535), reads: true, counted, cancellation);

    /// <summary>Names a stream that is gone, so that the window never overflows.</summary>
    public static async Task WindowAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        int stream = await peer.OpenAsync(Http2Frame.Call(StreamFloods.Service + "Nothing", null), cancellation, isLast: true);
        await StreamFloods.RepeatAsync(peer, Http2Frame.Window(stream, 1), counted, cancellation);
    }

    public static Task PriorityAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        FloodAsync(target, Http2Frame.Make(Http2Frame.Priority, 0, 1, [0, 0, 0, 3, 7]), reads: true, counted, cancellation);

    /// <summary>Sends empty frames of a request that never ends.</summary>
    public static async Task EmptyDataAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        int stream = await peer.OpenAsync(Http2Frame.Call(StreamFloods.Service + "DoPut", target.Token), cancellation);
        await StreamFloods.RepeatAsync(peer, Http2Frame.Make(Http2Frame.Data, 0, stream, default), counted, cancellation);
    }

    private static async Task FloodAsync(
        HostileTarget target, byte[] frame, bool reads, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation, reads);
        await StreamFloods.RepeatAsync(peer, frame, counted, cancellation);
    }
}
