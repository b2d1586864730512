using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Takes for ever: to send headers, to send a request, or to read an answer.</summary>
internal static class SlowPeers
{
    private const int Peers = 64;

    /// <summary>Gets a query of batches of about 4 MiB without end.</summary>
    public const string EndlessQuery =
        "SELECT id, REPEAT('0123456789abcdef', 31) AS wide FROM endless";

    /// <summary>Gets the definition of the table that <see cref="EndlessQuery"/> reads.</summary>
    public const string EndlessTable =
        "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '0')";

    /// <summary>Sends a header block byte by byte on many connections.</summary>
    public static Task HeadersAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        ManyAsync(target, async peer =>
        {
            byte[] block = Http2Frame.Call(StreamFloods.Service + "DoGet", target.Token);
            byte[] frame = Http2Frame.Make(Http2Frame.Headers, Http2Frame.EndHeaders, peer.NextStream(), block);
            await DripAsync(peer, frame, counted, cancellation);
        }, cancellation);

    /// <summary>Says that a message of 60 MiB comes, on many calls, and sends it byte by byte.</summary>
    public static Task BodiesAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        ManyAsync(target, async peer =>
        {
            byte[] block = Http2Frame.Call(StreamFloods.Service + "DoPut", target.Token);
            var streams = new List<int>();
            // The length of a body of 60 MiB stands in front, and nothing of it comes.
            byte[] begin = [.. Http2Frame.Field(2, default, length: 0), .. Http2Frame.Field(1000, default, 60 << 20)];
            for (int i = 0; i < 32; i++)
            {
                streams.Add(await peer.OpenAsync(block, cancellation));
                await peer.WriteAsync(streams[^1], Http2Frame.Message(begin, length: 61 << 20), cancellation);
            }

            while (!peer.IsClosed)
            {
                foreach (int stream in streams)
                {
                    await peer.WriteAsync(stream, [0], cancellation);
                    counted(1);
                }

                await Task.Delay(1000, cancellation);
            }
        }, cancellation);

    /// <summary>Asks for batches of 4 MiB without end, many times, and never reads.</summary>
    public static Task NeverReadsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) =>
        NeverReadsAsync(target, connections: 4, calls: 4, counted, cancellation);

    /// <summary>Asks for batches of 4 MiB without end on so many calls, and never reads.</summary>
    public static async Task NeverReadsAsync(
        HostileTarget target, int connections, int calls, Action<int> counted, CancellationToken cancellation)
    {
        byte[] block = Http2Frame.Call(StreamFloods.Service + "DoGet", target.Token);
        byte[] ticket = Http2Frame.Message(
            Http2Frame.Field(1, Encoding.UTF8.GetBytes($$"""{"sql_query": "{{EndlessQuery}}"}""")));
        var peers = new List<HostilePeer>();
        try
        {
            for (int c = 0; c < connections; c++)
            {
                // Windows of 1 GiB say that everything may be sent.
                HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation, reads: false, windowBytes: 1 << 30);
                peers.Add(peer);
                for (int i = 0; i < calls; i++)
                {
                    int stream = await peer.OpenAsync(block, cancellation);
                    await peer.WriteAsync(stream, ticket, cancellation, isLast: true);
                    counted(1);
                }
            }

            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            peers.ForEach(static p => p.Dispose());
        }
    }

    private static async Task DripAsync(HostilePeer peer, byte[] bytes, Action<int> counted, CancellationToken cancellation)
    {
        for (int i = 0; i < bytes.Length && !peer.IsClosed; i++)
        {
            await peer.SendAsync(bytes.AsMemory(i, 1), cancellation);
            counted(1);
            await Task.Delay(1000, cancellation);
        }
    }

    private static async Task ManyAsync(HostileTarget target, Func<HostilePeer, Task> each, CancellationToken cancellation)
    {
        var all = new List<Task>();
        for (int i = 0; i < Peers; i++)
        {
            all.Add(OneAsync());
        }

        await Task.WhenAll(all);

        async Task OneAsync()
        {
            try
            {
                using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
                await each(peer);
            }
            catch (System.IO.IOException)
            {
                // The server has enough of it, as it should.
            }
        }
    }
}
