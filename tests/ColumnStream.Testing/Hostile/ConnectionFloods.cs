using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Opens connections for nothing: to leave them, to keep them, or to guess passwords on them.</summary>
internal static class ConnectionFloods
{
    private const int Held = 2000;

    /// <summary>Connects and leaves, before the first byte, in the middle of the first bytes, or behind them.</summary>
    public static async Task AbandonAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        for (int i = 0; !cancellation.IsCancellationRequested; i++)
        {
            using HostilePeer peer = await HostilePeer.ConnectAsync(target, cancellation);
            counted(1);
            if (i % 3 > 0)
            {
                await peer.SendAsync(i % 3 == 1 ? Http2Frame.Preface.AsMemory(0, 11) : Http2Frame.Preface, cancellation);
            }
        }
    }

    /// <summary>Takes all connections that the server gives and does nothing with them.</summary>
    public static async Task HoldAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        var held = new Queue<HostilePeer>();
        try
        {
            while (true)
            {
                if (held.Count == Held)
                {
                    held.Dequeue().Dispose();
                    await Task.Delay(1, cancellation);
                }

                held.Enqueue(await HostilePeer.GreetAsync(target, cancellation, reads: false));
                counted(1);
            }
        }
        finally
        {
            foreach (HostilePeer peer in held)
            {
                peer.Dispose();
            }
        }
    }

    /// <summary>Guesses passwords of many names at once, of which each costs the server a long hash.</summary>
    public static async Task PasswordsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
        for (int i = 0; !peer.IsClosed; i++)
        {
            string basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"user{i}:wrong"));
            byte[] block = Http2Frame.Call(StreamFloods.Service + "Handshake", null, ("authorization", "Basic " + basic));
            await peer.OpenAsync(block, cancellation, isLast: true);
            counted(1);
            if (i % 32 == 0)
            {
                await Task.Delay(10, cancellation);
            }
        }
    }
}
