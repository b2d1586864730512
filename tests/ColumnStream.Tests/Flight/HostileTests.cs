using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Hostile;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: a client that keeps to no rule harms itself only. Method: bare HTTP/2 frames, from another address of this machine where it
/// matters; after it other clients get right answers. <c>ColumnStream.Fuzz hostile</c> measures what they feel meanwhile.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class HostileTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("127.0.0.2");

    /// <summary>Breaks when an attack ends the process, makes answers wrong, or has it gather what nobody reads.</summary>
    [Fact]
    public async Task A_server_withstands_every_attack()
    {
        using var server = new HostileServer();
        await server.PrepareAsync(default);
        long before = server.ResidentBytes;
        var done = new int[HostileAttack.All.Count];
        using var end = new CancellationTokenSource();
        // All at once, each from an address of its own: none is kept out for what another one did.
        Task[] attacks =
        [
            .. HostileAttack.All.Select((attack, i) => attack.RunAsync(
                server.Target(seed: 7) with { From = new IPAddress([127, 0, 1, (byte)i]) }, n => Interlocked.Add(ref done[i], n), end.Token)),
        ];
        await UntilAsync(() => done.Skip(1).All(static n => n > 0) || !server.IsAlive);
        await Bystander.AskOnceAsync(server.Address, server.Token, default).WaitAsync(s_limit);
        long most = server.ResidentBytes;
        await end.CancelAsync();
        await Task.WhenAll(attacks).WaitAsync(s_limit);
        await Bystander.AskOnceAsync(server.Address, server.Token, default).WaitAsync(s_limit);
        Assert.True(server.IsAlive && !server.Output.Contains("error: ", StringComparison.Ordinal), server.Output);
        Assert.InRange(most - before, 0, 1L << 30);
    }

    /// <summary>Breaks when frames that carry nothing are free, or when a client that reads much is taken for one that sends them.</summary>
    [Theory]
    [InlineData("ping-flood")]
    [InlineData("settings-flood")]
    [InlineData("window-flood")]
    [InlineData("priority-flood")]
    [InlineData("empty-continuations")]
    public async Task Frames_that_carry_nothing_cost_a_connection_and_reading_does_not(string name)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: o => o with { Profile = new GrpcProfile { MaxControlFramesPerSecond = 50 } });
        HostileAttack attack = HostileAttack.All.Single(a => a.Name == name);
        var target = new HostileTarget(server.Server.Addresses[0]!, s_elsewhere, "token", 1);
        await attack.RunOnceAsync(target, static _ => { }, default).WaitAsync(s_limit);

        using GrpcChannel channel = server.Connect(o => o with { StreamWindowBytes = 64 << 10 });
        var client = new MatrixClient(channel);
        await using GrpcClientCall call = client.Open("Count");
        await call.WriteAsync(MatrixRoutes.Message("64 1000000"));
        call.CompleteWrites();
        int messages = 0;
        while (await call.MoveNextAsync().AsTask().WaitAsync(s_limit))
        {
            await call.ReadMessageAsync(BytesValue.Parser);
            messages++;
        }

        Assert.Equal(64, messages);
    }

    /// <summary>Breaks when resets are free, also those that a client makes the server send.</summary>
    [Theory]
    [InlineData("rapid-reset")]
    [InlineData("server-reset")]
    public async Task A_connection_that_resets_without_end_is_closed_and_others_go_on(string name)
    {
        await using MatrixServer server = await MatrixServer.StartAsync();
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        await client.AskAsync("Echo", new byte[5]);
        var target = new HostileTarget(server.Server.Addresses[0]!, s_elsewhere, "token", 1);
        HostileAttack attack = HostileAttack.All.Single(a => a.Name == name);
        await attack.RunOnceAsync(target, static _ => { }, default).WaitAsync(s_limit);
        Assert.Equal(5, (await client.AskAsync("Echo", new byte[5])).Value.Length);
        await UntilAsync(() => server.Server.ActiveCalls == 0);
        Assert.Empty(server.Errors);
    }

    /// <summary>Breaks when a client that breaks off every other answer is taken for an attacker: it reads a row and leaves.</summary>
    [Fact]
    public async Task Leaving_answers_costs_nothing_beside_calls_that_end()
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: o => o with { Profile = new GrpcProfile { MaxResetsPerMinute = 20 } });
        var target = new HostileTarget(server.Server.Addresses[0]!, s_elsewhere, "", 1);
        using HostilePeer peer = await HostilePeer.GreetAsync(target, default);
        for (int i = 1; i <= 100; i++)
        {
            int left = await peer.OpenAsync(Http2Frame.Call(MatrixRoutes.Service + "Wait", null), default);
            Assert.True(await server.Routes.Begun.WaitAsync(s_limit));
            await peer.SendAsync(Http2Frame.Cancel(left), default);
            await peer.OpenAsync(Http2Frame.Call(MatrixRoutes.Service + "Nothing", null), default, isLast: true);
            await UntilAsync(() => server.Server.ActiveCalls == 0 && server.Server.StartedCalls >= 2 * i);
        }

        Assert.False(peer.IsClosed);
        Assert.Equal(-1, peer.GoAwayError);
    }

    /// <summary>Breaks when connections that do nothing keep others out, or when one that was used is sent away for them.</summary>
    [Fact]
    public async Task Connections_that_are_held_keep_nobody_out()
    {
        const int Most = 8;
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(
            shelf,
            o => o with
            {
                Grpc = o.Grpc with { Profile = new GrpcProfile { MaxConnections = Most }, KnowsCallers = true },
                Authenticate = static call =>
                {
                    call.Identity = "ann";
                    return default;
                },
            });
        await AskAsync(flight.Client);
        var target = new HostileTarget(new IPEndPoint(IPAddress.Loopback, flight.Port), s_elsewhere, "", 1);
        var held = new List<HostilePeer>();
        while (held.Count < 4 * Most)
        {
            held.Add(await HostilePeer.GreetAsync(target, default).WaitAsync(s_limit));
        }

        await UntilAsync(() => held.Count(static h => h.IsClosed) >= held.Count - Most + 1);

        // The one that was there first, and new ones, each by a client of its own.
        await AskAsync(flight.Client);
        for (int i = 0; i < 3; i++)
        {
            using FlightClient other = flight.Connect(new GrpcChannelOptions { Host = "localhost", Port = flight.Port });
            await AskAsync(other);
        }

        held.ForEach(static h => h.Dispose());
    }

    /// <summary>Breaks when a call is given the memory that it claims, before a byte of it came.</summary>
    [Fact]
    public async Task A_body_holds_what_came_of_it_and_not_what_it_claims()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf);
        var target = new HostileTarget(new IPEndPoint(IPAddress.Loopback, flight.Port), s_elsewhere, "", 1);
        using HostilePeer peer = await HostilePeer.GreetAsync(target, default);
        for (int i = 0; i < 20; i++)
        {
            int stream = await peer.OpenAsync(Http2Frame.Call("/arrow.flight.protocol.FlightService/DoPut", null), default);
            byte[] begin = [.. Http2Frame.Field(2, default, length: 0), .. Http2Frame.Field(1000, default, 60 << 20)];
            await peer.WriteAsync(stream, Http2Frame.Message(begin, length: 61 << 20), default);
        }

        await UntilAsync(() => flight.ServerAccount.UsedBytes >= 20 * (64 << 10));
        Assert.InRange(flight.ServerAccount.UsedBytes, 1, 40 * (64 << 10));
        peer.Dispose();
        await UntilAsync(() => flight.ServerAccount.UsedBytes == 0);
    }

    /// <summary>Breaks when a network that is not allowed gets further than the connection, or when one that is allowed does not.</summary>
    [Fact]
    public async Task Only_allowed_networks_connect()
    {
        var listener = GrpcListener.Loopback() with { AllowedNetworks = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("127.0.0.1/32")] };
        await using MatrixServer server = await MatrixServer.StartAsync(listener);
        var target = new HostileTarget(server.Server.Addresses[0]!, s_elsewhere, "", 1);
        try
        {
            using HostilePeer stranger = await HostilePeer.ConnectAsync(target, default);
            await stranger.ReadAsync(default).WaitAsync(s_limit);
            Assert.Equal(0, stranger.Received);
        }
        catch (IOException)
        {
            // It was sent away before it knew that it was connected.
        }

        using GrpcChannel channel = server.Connect();
        Assert.Equal(5, (await new MatrixClient(channel).AskAsync("Echo", new byte[5])).Value.Length);
    }

    /// <summary>Breaks when a second server takes a path while the first one still answers, or when the path is not free at once behind it.</summary>
    [Fact]
    public async Task A_socket_is_free_again_as_soon_as_the_last_call_ended()
    {
        using var folder = new TempFolder();
        GrpcListener listener = GrpcListener.Unix(folder.At("s"));
        await using MatrixServer first = await MatrixServer.StartAsync(listener);
        using GrpcChannel channel = first.Connect(o => o with { UnixSocket = listener.UnixSocket });
        await using GrpcClientCall call = new MatrixClient(channel).Open("Chat");
        await call.WriteAsync(MatrixRoutes.Message("a"));
        Assert.True(await call.MoveNextAsync());
        await call.ReadMessageAsync(BytesValue.Parser);
        Task stopping = first.Server.StopAsync(s_limit);
        await Assert.ThrowsAsync<IOException>(() => MatrixServer.StartAsync(listener));
        call.CompleteWrites();
        Assert.False(await call.MoveNextAsync());
        await stopping.WaitAsync(s_limit);
        await using MatrixServer second = await MatrixServer.StartAsync(listener);
        using GrpcChannel again = second.Connect(o => o with { UnixSocket = listener.UnixSocket });
        Assert.Equal(5, (await new MatrixClient(again).AskAsync("Echo", new byte[5])).Value.Length);
    }

    /// <summary>Breaks when a peer that no longer runs is waited for without end, or its silence is no UNAVAILABLE.</summary>
    [Fact]
    public async Task A_peer_that_is_frozen_is_noticed()
    {
        Assert.Null(new GrpcChannelOptions { Host = "x" }.KeepAlive);
        using var server = new HostileServer();
        var options = new GrpcChannelOptions
        {
            Host = "127.0.0.1", Port = server.Address.Port, KeepAlive = TimeSpan.FromSeconds(1), KeepAliveTimeout = TimeSpan.FromSeconds(20),
        };
        using var channel = new GrpcChannel(options);
        var headers = new GrpcMetadata();
        headers.Add("authorization", "Bearer " + server.Token);
        await using GrpcClientCall call = channel.Open(
            "/arrow.flight.protocol.FlightService/Handshake", isData: false, new GrpcCallOptions { Headers = headers });
        await call.OpenReaderAsync();
        server.Process.Halt();
        GrpcException error = await MatrixClient.FailsAsync(async () =>
        {
            while (await call.MoveNextAsync().AsTask().WaitAsync(s_limit))
            {
                await call.ReadMessageAsync(BytesValue.Parser);
            }
        });
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
        server.Process.Continue();
    }

    private static async Task AskAsync(FlightClient client)
    {
        await foreach (ReadOnlyMemory<byte> answer in client.DoActionAsync(new FlightAction("echo", new byte[5])))
        {
            Assert.Equal(5, answer.Length);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
