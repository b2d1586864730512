using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Testing.Interop;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: this project's own HTTP/2 client makes connections as they are needed and closes those that are not. Method: a server of
/// bare frames that counts them, this project's server, and the C core, which leaves connections as it grows tired of them.
/// </summary>
public sealed class DirectConnectionsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Breaks when a connection is kept for ever, or is closed under a call, or too early after one.</summary>
    [Fact]
    public async Task A_connection_without_calls_is_closed_and_the_next_call_makes_another()
    {
        var time = new SteppedTime();
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect(o => o with { Time = time, IdleTimeout = TimeSpan.FromSeconds(30) });
        Task<byte[]> first = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        time.Advance(TimeSpan.FromSeconds(31));
        await DirectHttp2Tests.AnswerAsync(stream, 1);
        Assert.Equal(3, (await first.WaitAsync(s_limit)).Length);

        await PingAsync(stream);
        time.Advance(TimeSpan.FromSeconds(20));
        Task<byte[]> second = DirectHttp2Tests.AskAsync(channel);
        await BareHttp2Server.ReadUntilAsync(stream, type: 1).WaitAsync(s_limit);
        await DirectHttp2Tests.AnswerAsync(stream, 3);
        Assert.Equal(3, (await second.WaitAsync(s_limit)).Length);

        await PingAsync(stream);
        time.Advance(TimeSpan.FromSeconds(29));
        await PingAsync(stream);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new byte[8], await FarewellAsync(stream) ?? new byte[8]);
        await stream.DisposeAsync();

        Task<byte[]> third = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream next = await server.AcceptAsync().WaitAsync(s_limit);
        await DirectHttp2Tests.AnswerAsync(next, 1);
        Assert.Equal(3, (await third.WaitAsync(s_limit)).Length);
    }

    /// <summary>Breaks when calls beyond a connection's limit wait although another could be made, or more are made than allowed.</summary>
    [Fact]
    public async Task Calls_beyond_a_connections_limit_get_another_and_then_wait_in_turn()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect(o => o with { MaxConnections = 2 });
        Task<byte[]> first = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream one = await AcceptFullAsync(server);
        Task<byte[]> second = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream two = await AcceptFullAsync(server);
        Task<byte[]> third = DirectHttp2Tests.AskAsync(channel);
        Task<byte[]> fourth = DirectHttp2Tests.AskAsync(channel);
        await DirectHttp2Tests.AnswerAsync(two, 1);
        Assert.Equal(3, (await second.WaitAsync(s_limit)).Length);
        await BareHttp2Server.ReadUntilAsync(two, type: 1).WaitAsync(s_limit);
        await DirectHttp2Tests.AnswerAsync(two, 3);
        Assert.Equal(3, (await third.WaitAsync(s_limit)).Length);
        await BareHttp2Server.ReadUntilAsync(two, type: 1).WaitAsync(s_limit);
        Assert.False(first.IsCompleted);
        Assert.False(fourth.IsCompleted);
        await DirectHttp2Tests.AnswerAsync(one, 1);
        Assert.Equal(3, (await first.WaitAsync(s_limit)).Length);
        await DirectHttp2Tests.AnswerAsync(two, 5);
        Assert.Equal(3, (await fourth.WaitAsync(s_limit)).Length);
    }

    /// <summary>Breaks when a further connection that cannot be made ends calls for which the first one would have room.</summary>
    [Fact]
    public async Task A_further_connection_that_is_refused_ends_no_call()
    {
        var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<byte[]> first = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream stream = await AcceptFullAsync(server);
        server.Dispose();
        Task<byte[]> second = DirectHttp2Tests.AskAsync(channel);
        Task<byte[]> third = DirectHttp2Tests.AskAsync(channel);
        await Task.Delay(50);
        await DirectHttp2Tests.AnswerAsync(stream, 1);
        Assert.Equal(3, (await first.WaitAsync(s_limit)).Length);
        foreach ((Task<byte[]> asking, int id) in new[] { (second, 3), (third, 5) })
        {
            await BareHttp2Server.ReadUntilAsync(stream, type: 1).WaitAsync(s_limit);
            await DirectHttp2Tests.AnswerAsync(stream, id);
            Assert.Equal(3, (await asking.WaitAsync(s_limit)).Length);
        }

        stream.Close();
        GrpcException error = await MatrixClient.FailsAsync(() => DirectHttp2Tests.AskAsync(channel).WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    /// <summary>Breaks when calls that found no further connection wait until one that runs has ended, however long it takes.</summary>
    [Fact]
    public async Task A_further_connection_that_was_refused_is_tried_again()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var time = new SteppedTime();
        var server = new BareHttp2Server(path);
        using GrpcChannel channel = server.Connect(o => o with { Time = time });
        Task<byte[]> first = DirectHttp2Tests.AskAsync(channel);
        using NetworkStream one = await AcceptFullAsync(server);
        server.Dispose();
        Task<byte[]> second = DirectHttp2Tests.AskAsync(channel);
        using var limit = new CancellationTokenSource(s_limit);
        while (!time.IsDueIn(TimeSpan.FromSeconds(10)))
        {
            await Task.Delay(5, limit.Token);
        }

        using var again = new BareHttp2Server(path);
        time.Advance(TimeSpan.FromSeconds(10));
        using NetworkStream two = await again.AcceptAsync().WaitAsync(s_limit);
        await DirectHttp2Tests.AnswerAsync(two, 1);
        Assert.Equal(3, (await second.WaitAsync(s_limit)).Length);
        Assert.False(first.IsCompleted);
    }

    /// <summary>Breaks when a server that closes every connection is asked without end.</summary>
    [Fact]
    public async Task A_server_that_closes_every_connection_is_asked_once_a_call()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<GrpcException>[] asking =
            [.. Enumerable.Range(0, 3).Select(_ => MatrixClient.FailsAsync(() => DirectHttp2Tests.AskAsync(channel)))];
        for (int i = 0; i < asking.Length && asking.Any(a => !a.IsCompleted); i++)
        {
            Task<NetworkStream> accepting = server.AcceptBareAsync();
            if (await Task.WhenAny(accepting, Task.WhenAll(asking)).WaitAsync(s_limit) == accepting)
            {
                await (await accepting).DisposeAsync();
            }
        }

        Assert.All(
            await Task.WhenAll(asking).WaitAsync(s_limit), e => Assert.Equal(GrpcStatusCode.Unavailable, e.Status.Code));
    }

    /// <summary>Breaks when this project's server refuses calls that came before its limit was known, or a client waits for ever.</summary>
    [Fact]
    public async Task Many_calls_at_once_go_beyond_one_connection_of_this_server()
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: o => o with { Profile = o.Profile with { MaxStreams = 3 } }, isDirect: true);
        using GrpcChannel channel = server.Connect(o => o with { MaxConnections = 3 });
        await RunAsync(channel, together: 9);
        Assert.Empty(server.Errors);
    }

    /// <summary>Breaks when the C core's limit is not kept to, or calls fail because it leaves a connection.</summary>
    [Theory]
    [InlineData("2147483647")]
    [InlineData("100")]
    public async Task The_c_core_limits_calls_and_leaves_connections(string age)
    {
        if (!await PythonScript.HasAsync("grpc"))
        {
            output.WriteLine("skipped: python3-grpcio is not installed");
            return;
        }

        (Process process, string line) = await PythonScript.ServeAsync("matrix_server.py", "--limits", "3", age);
        using (process)
        {
            using var channel = new GrpcChannel(new GrpcChannelOptions
            {
                Host = "127.0.0.1", Port = int.Parse(line, CultureInfo.InvariantCulture), MaxConnections = 3, UsesDirectHttp2 = true,
            });
            if (age == "100")
            {
                await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EchoAsync(channel, TimeSpan.FromSeconds(2))));
            }
            else
            {
                await RunAsync(channel, together: 9);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(s_limit);
        }
    }

    private static async Task EchoAsync(GrpcChannel channel, TimeSpan time)
    {
        var client = new MatrixClient(channel);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            await client.AskAsync("Echo", new byte[100]).WaitAsync(s_limit);
        }
    }

    /// <summary>Holds as many calls as all connections take, asks for more, and lets go.</summary>
    private static async Task RunAsync(GrpcChannel channel, int together)
    {
        var client = new MatrixClient(channel);
        GrpcClientCall[] held = [.. Enumerable.Range(0, together).Select(_ => client.Open("Chat"))];
        foreach (GrpcClientCall call in held)
        {
            await call.WriteAsync(MatrixRoutes.Message("here"));
        }

        foreach (GrpcClientCall call in held)
        {
            Assert.True(await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
        }

        List<Task> further = [.. Enumerable.Range(0, 5).Select(_ => client.AskAsync("Echo", new byte[100]))];
        await Task.Delay(50);
        Assert.All(further, f => Assert.False(f.IsCompleted));
        foreach (GrpcClientCall call in held)
        {
            await call.DisposeAsync();
        }

        await Task.WhenAll(further).WaitAsync(s_limit);
    }

    /// <summary>Reads the client's farewell; null where it closed without one, as it does while something else leaves.</summary>
    private static async Task<byte[]?> FarewellAsync(NetworkStream stream)
    {
        try
        {
            return await BareHttp2Server.ReadUntilAsync(stream, type: 7).WaitAsync(s_limit);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Waits until the client has taken all that was sent.</summary>
    private static async Task PingAsync(NetworkStream stream)
    {
        await stream.WriteAsync(BareHttp2Server.Frame(6, 0, 0, "0102030405060708"));
        await BareHttp2Server.ReadUntilAsync(stream, type: 6, flags: 1).WaitAsync(s_limit);
    }

    /// <summary>Takes a connection that takes one call at once, and waits until the client knows.</summary>
    private static async Task<NetworkStream> AcceptFullAsync(BareHttp2Server server)
    {
        NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        await BareHttp2Server.ReadUntilAsync(stream, type: 4, flags: 1).WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(4, 0, 0, "000300000001"));
        await BareHttp2Server.ReadUntilAsync(stream, type: 4, flags: 1).WaitAsync(s_limit);
        return stream;
    }
}
