using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Hostile;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: no user, and no address of a user, takes the places of others, and who is refused is told why. Method: a server of few places;
/// connections with and without calls, by clients and as bare frames from other addresses of this machine.
/// </summary>
public sealed class FairPlacesTests : IAsyncLifetime
{
    // Two for arrivals, fourteen for users.
    private const int Most = 16;
    private const int MostOfOne = 11;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly ShelfService _shelf = new();
    private readonly List<FlightClient> _clients = [];
    private readonly List<Task> _calls = [];
    private readonly CancellationTokenSource _end = new();
    private LoopbackFlight _flight = null!;

    public async Task InitializeAsync() => _flight = await LoopbackFlight.StartAsync(
        _shelf,
        o => o with
        {
            Grpc = o.Grpc with { Profile = new GrpcProfile { MaxConnections = Most }, KnowsCallers = true },
            Authenticate = static call =>
            {
                call.Identity = call.Headers.Get("authorization")!["Bearer ".Length..];
                return default;
            },
        });

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_calls.Select(static async call => await Assert.ThrowsAnyAsync<Exception>(() => call))).WaitAsync(s_limit);
        _clients.ForEach(static c => c.Dispose());
        await _flight.DisposeAsync();
        _shelf.Dispose();
        _end.Dispose();
    }

    /// <summary>Breaks when a user that is busy on all its connections keeps others out, or is not told why it gets no more.</summary>
    [Fact]
    public async Task A_user_has_a_share_of_what_is_free_and_others_take_from_it()
    {
        for (int i = 0; i < MostOfOne; i++)
        {
            await BeginAsync("hog");
        }

        FlightClient more = Client("hog");
        GrpcException refused = await Assert.ThrowsAsync<GrpcException>(() => AskAsync(more));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, refused.Status.Code);
        Assert.Contains("hog has 11 of 14", refused.Status.Message, StringComparison.Ordinal);
        Assert.Contains("--max-connections", refused.Status.Message, StringComparison.Ordinal);

        // The last free ones, and then one of the largest, although it is busy; not one of those who have one.
        foreach (string user in new[] { "ann", "bob", "cid", "dan", "eve" })
        {
            await BeginAsync(user);
        }

        Task[] ended = [.. _calls.Where(static c => c.IsCompleted)];
        while (ended.Length < 2)
        {
            await Task.WhenAny(_calls.Except(ended)).WaitAsync(s_limit);
            ended = [.. _calls.Where(static c => c.IsCompleted)];
        }

        foreach (Task call in ended)
        {
            Assert.True(_calls.IndexOf(call) < MostOfOne);
            GrpcException error = await Assert.ThrowsAsync<GrpcException>(() => call);
            Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Status.Code);
            Assert.Contains("--max-connections", error.Status.Message, StringComparison.Ordinal);
        }

        Assert.Equal(
            GrpcStatusCode.ResourceExhausted, (await Assert.ThrowsAsync<GrpcException>(() => AskAsync(more))).Status.Code);
    }

    /// <summary>Breaks when a connection that nobody uses keeps others out, or when its client finds an error for having lent it.</summary>
    [Fact]
    public async Task Quiet_connections_make_room_and_their_clients_notice_nothing()
    {
        for (int i = 0; i < 2 * Most; i++)
        {
            await AskAsync(Client("hog"));
        }

        foreach (string user in new[] { "ann", "bob", "cid", "dan", "eve", "fay" })
        {
            await BeginAsync(user);
        }

        foreach (FlightClient client in _clients[..(2 * Most)])
        {
            await AskAsync(client);
        }

        Assert.All(_calls, static call => Assert.False(call.IsCompleted));
    }

    /// <summary>Breaks when one machine of a user keeps the user's other machines out.</summary>
    [Fact]
    public async Task Addresses_of_one_user_are_weighed_too()
    {
        var target = new HostileTarget(new IPEndPoint(IPAddress.Loopback, _flight.Port), IPAddress.Parse("127.0.0.2"), "app", 1);
        byte[] begin = Http2Frame.Call("/arrow.flight.protocol.FlightService/DoPut", target.Token);
        var peers = new List<HostilePeer>();
        for (int i = 0; i < MostOfOne; i++)
        {
            peers.Add(await HostilePeer.GreetAsync(target, _end.Token));
            await peers[^1].OpenAsync(begin, _end.Token);
            await UntilAsync(() => peers[^1].Answers == 1);
        }

        await AskAsync(Client("app"));
        await UntilAsync(() => peers.Any(static p => p.IsClosed));
        Assert.Equal(0, peers.Single(static p => p.IsClosed).GoAwayError);
        peers.ForEach(static p => p.Dispose());
    }

    /// <summary>Breaks when an address that connects too often finds a reset in place of the reason.</summary>
    [Fact]
    public async Task Who_connects_too_often_is_told()
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: static o => o with { Profile = new GrpcProfile { MaxConnectionsPerSecond = 1 }, Time = new SteppedTime() }, isDirect: true);
        var target = new HostileTarget(server.Server.Addresses[0]!, IPAddress.Loopback, "", 1);
        using HostilePeer first = await HostilePeer.GreetAsync(target, default);
        using HostilePeer second = await HostilePeer.GreetAsync(target, default);
        await UntilAsync(() => first.Received > 0 && second.Received > 0);
        using HostilePeer third = await HostilePeer.GreetAsync(target, default);
        await UntilAsync(() => third.GoAwayError >= 0);
        Assert.Equal(11, third.GoAwayError);
        Assert.Equal([-1, -1], [first.GoAwayError, second.GoAwayError]);

        using GrpcChannel channel = server.Connect();
        GrpcException refused = await MatrixClient.FailsAsync(() => new MatrixClient(channel).AskAsync("Echo", new byte[5]));
        Assert.Contains("Too many connections of this address", refused.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Breaks when a connection that is over keeps its place.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_leaves_gives_the_place_back(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        var target = new HostileTarget(server.Server.Addresses[0]!, IPAddress.Loopback, "", 1);
        HostilePeer arrival = await HostilePeer.GreetAsync(target, default);
        using (GrpcChannel channel = server.Connect())
        {
            await new MatrixClient(channel).AskAsync("Echo", new byte[5]);
            await UntilAsync(() => server.Server.Connections == 2);
        }

        await UntilAsync(() => server.Server.Connections == 1);
        arrival.Dispose();
        await UntilAsync(() => server.Server.Connections == 0);
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

    private FlightClient Client(string user)
    {
        FlightClient client = _flight.Connect(new GrpcChannelOptions { Host = "localhost", Port = _flight.Port });
        client.Headers = new GrpcMetadata();
        client.Headers.Add("authorization", "Bearer " + user);
        _clients.Add(client);
        return client;
    }

    /// <summary>Begins a call that lasts, on a connection of its own.</summary>
    private async Task BeginAsync(string user)
    {
        FlightClient client = Client(user);
        _calls.Add(WaitAsync(client));
        Assert.True(await _shelf.Waiting.WaitAsync(s_limit));
    }

    private async Task WaitAsync(FlightClient client)
    {
        await foreach (ReadOnlyMemory<byte> _ in client.DoActionAsync(new FlightAction("wait", default)).WithCancellation(_end.Token))
        {
        }
    }
}
