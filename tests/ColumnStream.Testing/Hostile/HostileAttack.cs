using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Is a way to hurt a server, which goes on until it is cancelled and counts what it did.</summary>
/// <param name="Name">The name, for commands and tables.</param>
/// <param name="Run">Attacks; told of each thing done.</param>
public sealed record HostileAttack(string Name, Func<HostileTarget, Action<int>, CancellationToken, Task> Run)
{
    /// <summary>Gets what is no attack, but shows what a busy machine costs by itself.</summary>
    public static IReadOnlyList<HostileAttack> Controls { get; } = [new("busy-machine", BusyMachine.RunAsync)];

    /// <summary>Gets all attacks.</summary>
    public static IReadOnlyList<HostileAttack> All { get; } =
    [
        new("nothing", static (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation)),
        new("rapid-reset", StreamFloods.RapidResetAsync),
        new("server-reset", StreamFloods.ServerResetAsync),
        new("header-flood", StreamFloods.HeaderFloodAsync),
        new("continuation-flood", StreamFloods.ContinuationFloodAsync),
        new("empty-continuations", StreamFloods.EmptyContinuationsAsync),
        new("header-table-bomb", StreamFloods.HeaderTableBombAsync),
        new("slow-headers", SlowPeers.HeadersAsync),
        new("slow-bodies", SlowPeers.BodiesAsync),
        new("never-reads", SlowPeers.NeverReadsAsync),
        new("lying-lengths", LyingMessages.LengthsAsync),
        new("mutated-messages", LyingMessages.MutatedMessagesAsync),
        new("mutated-frames", LyingMessages.MutatedFramesAsync),
        new("gzip-bombs", LyingMessages.GzipBombsAsync),
        new("ping-flood", ControlFloods.PingAsync),
        new("ping-flood-unread", ControlFloods.UnreadPingAsync),
        new("settings-flood", ControlFloods.SettingsAsync),
        new("window-flood", ControlFloods.WindowAsync),
        new("empty-data-flood", ControlFloods.EmptyDataAsync),
        new("priority-flood", ControlFloods.PriorityAsync),
        new("abandoned-connections", ConnectionFloods.AbandonAsync),
        new("held-connections", ConnectionFloods.HoldAsync),
        new("wrong-passwords", ConnectionFloods.PasswordsAsync),
    ];

    /// <summary>Attacks until cancelled; a connection that the server closes is no failure.</summary>
    public async Task RunAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // Once it is closed it begins anew, but lets others run.
                await RunOnceAsync(target, counted, cancellation);
                await Task.Yield();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Attacks until the server closes the connection.</summary>
    public async Task RunOnceAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        try
        {
            await Run(target, counted, cancellation);
        }
        catch (IOException)
        {
            // As it should be.
        }
    }
}
