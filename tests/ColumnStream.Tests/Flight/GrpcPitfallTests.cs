using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Contracts;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: what once went wrong between gRPC and its HTTP stacks stays right, and what clients do to harm a server harms only them.
/// Method: our server on a loopback port, our client or bare frames at the other end.
/// </summary>
public sealed class GrpcPitfallTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Breaks when a request is awaited only up to its first message: the early end resets the rest of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_calls_that_end_early_do_not_cost_a_client_its_connection(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        for (int i = 0; i < 600; i++)
        {
            string method = (i % 3) switch { 0 => "NoSuch", 1 => "Echo", _ => "Silent" };
            GrpcStatusCode code = GrpcStatusCode.Ok;
            try
            {
                await client.AskAsync(method, new byte[10]).WaitAsync(s_limit);
            }
            catch (GrpcException error)
            {
                code = error.Status.Code;
            }

            Assert.Equal((i % 3) switch { 0 => GrpcStatusCode.Unimplemented, 1 => GrpcStatusCode.Ok, _ => GrpcStatusCode.Internal }, code);
        }
    }

    /// <summary>Breaks when a failed write hides the status of a server that has answered.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_answers_while_the_request_still_comes_is_understood(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: o => o with { MaxMessageBytes = 1000 }, isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        for (int i = 0; i < 30; i++)
        {
            GrpcException error = await MatrixClient.FailsAsync(() => client.AskAsync("Echo", new byte[4 << 20]).WaitAsync(s_limit));
            Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Status.Code);
        }
    }

    /// <summary>Breaks when a reset that reaches the handler as a broken connection is taken for the server's own fault.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_in_the_middle_of_its_request_is_no_error(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        for (int i = 0; i < 20; i++)
        {
            await using GrpcClientCall call = client.Open("Chat");
            await call.WriteAsync(MatrixRoutes.Message("x"));
            await call.OpenReaderAsync();
        }

        await UntilAsync(() => server.Server.ActiveCalls == 0);
        Assert.Empty(server.Errors);
    }

    /// <summary>
    /// Breaks when all streams' windows exceed the connection's: the handlers that stopped reading would then hold the whole
    /// connection, and the last call would wait for them.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handlers_that_stop_reading_do_not_hold_up_their_connection(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        const int Stalled = 40;
        var calls = new List<(GrpcClientCall Call, Task Sending)>();
        for (int i = 0; i < Stalled; i++)
        {
            GrpcClientCall call = client.Open("Stall");
            calls.Add((call, SendAsync(call)));
        }

        for (int i = 0; i < Stalled; i++)
        {
            Assert.True(await server.Routes.Begun.WaitAsync(s_limit));
        }

        BytesValue answer = await client.AskAsync("Echo", new byte[3 << 20]).WaitAsync(s_limit);
        Assert.Equal(3 << 20, answer.Value.Length);
        server.Routes.Go.Release(Stalled);
        foreach ((GrpcClientCall call, Task sending) in calls)
        {
            await sending.WaitAsync(s_limit);
            Assert.Equal("10 5000000", (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToStringUtf8());
            await call.DisposeAsync();
        }

        static async Task SendAsync(GrpcClientCall call)
        {
            await call.WriteAsync(MatrixRoutes.Message("first"));
            for (int i = 0; i < 10; i++)
            {
                await call.WriteAsync(MatrixRoutes.Message(new byte[500_000]));
            }

            call.CompleteWrites();
        }
    }

    [Fact]
    public void Windows_that_do_not_fit_are_refused()
    {
        var profile = new GrpcProfile { MaxStreams = 65 };
        Assert.Throws<ArgumentException>(() => new GrpcServer(
            new GrpcServerOptions { Listeners = [GrpcListener.Loopback()], Profile = profile }, []));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Draining_lets_calls_end_and_refuses_new_ones(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        await using GrpcClientCall call = client.Open("Chat");
        await call.WriteAsync(MatrixRoutes.Message("a"));
        Assert.True(await call.MoveNextAsync());
        await call.ReadMessageAsync(BytesValue.Parser);

        Task stopping = server.Server.StopAsync(TimeSpan.FromSeconds(60));
        await UntilAsync(() => Refuses(server.Port));
        await call.WriteAsync(MatrixRoutes.Message("b"));
        Assert.True(await call.MoveNextAsync());
        Assert.Equal("b", (await call.ReadMessageAsync(BytesValue.Parser)).Value.ToStringUtf8());
        Assert.False(stopping.IsCompleted);
        call.CompleteWrites();
        Assert.False(await call.MoveNextAsync());
        await stopping.WaitAsync(s_limit);
        GrpcException error = await MatrixClient.FailsAsync(() => client.AskAsync("Echo", default));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_that_do_not_end_are_ended_with_a_status(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = new MatrixClient(channel).Open("Wait");
        Assert.True(await server.Routes.Begun.WaitAsync(s_limit));
        Task stopping = server.Server.StopAsync(TimeSpan.Zero);
        GrpcException error = await MatrixClient.FailsAsync(async () => await call.MoveNextAsync());
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
        await stopping.WaitAsync(s_limit);
    }

    /// <summary>Breaks when a closed socket removes its path: the successor's file would go with it.</summary>
    [Fact]
    public async Task A_sockets_path_has_one_server_and_goes_to_the_next()
    {
        using var folder = new TempFolder();
        string path = folder.At("s");
        File.WriteAllText(path, "stale");
        MatrixServer first = await MatrixServer.StartAsync(GrpcListener.Unix(path));
        await Assert.ThrowsAsync<IOException>(() => MatrixServer.StartAsync(GrpcListener.Unix(path)));
        await first.DisposeAsync();
        Assert.False(File.Exists(path));
        await using MatrixServer second = await MatrixServer.StartAsync(GrpcListener.Unix(path));
        using GrpcChannel channel = second.Connect(o => o with { UnixSocket = path });
        Assert.Equal(5, (await new MatrixClient(channel).AskAsync("Echo", new byte[5])).Value.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_without_end_are_refused(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect();
        var client = new MatrixClient(channel);
        var many = new GrpcMetadata();
        for (int i = 0; i < 200; i++)
        {
            many.Add($"x-{i}", "y");
        }

        await MatrixClient.FailsAsync(() => client.AskAsync("Echo", default, new GrpcCallOptions { Headers = many }).WaitAsync(s_limit));
        var large = new GrpcMetadata();
        large.Add("x", new string('y', 100_000));
        await MatrixClient.FailsAsync(() => client.AskAsync("Echo", default, new GrpcCallOptions { Headers = large }).WaitAsync(s_limit));
        using GrpcChannel other = server.Connect();
        Assert.Equal(5, (await new MatrixClient(other).AskAsync("Echo", new byte[5])).Value.Length);
    }

    /// <summary>Breaks when answers are gathered for a client that does not read them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_read_holds_its_call_and_no_memory(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(isDirect: isDirect);
        using GrpcChannel channel = server.Connect(o => o with { StreamWindowBytes = 64 << 10 });
        await using GrpcClientCall call = new MatrixClient(channel).Open("Count");
        await call.WriteAsync(MatrixRoutes.Message("2000 1000000"));
        call.CompleteWrites();
        Assert.True(await call.MoveNextAsync());
        using GrpcChannel other = server.Connect();
        for (int i = 0; i < 50; i++)
        {
            await new MatrixClient(other).AskAsync("Echo", new byte[100_000]).WaitAsync(s_limit);
        }

        // A client may have the whole answer before the server has let go of the call.
        await UntilAsync(() => server.Server.ActiveCalls == 1);
        Assert.InRange(server.Server.NetworkBytes, 1, 32 << 20);
    }

    [Theory]
    [InlineData("", "no message at all")]
    [InlineData("0000000064", "short")]
    [InlineData("00FFFFFFFF", "lying")]
    [InlineData("0500000001AA", "flag")]
    [InlineData("0100000001AA", "compressed without agreement")]
    [InlineData("00000000020AFF", "field beyond its message")]
    [InlineData("000000000BFFFFFFFFFFFFFFFFFFFFFF", "integer without end")]
    public async Task Frames_that_lie_are_answered_with_a_status(string hex, string what)
    {
        await using MatrixServer server = await MatrixServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = s_limit };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{server.Port}{MatrixRoutes.Service}Echo"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Convert.FromHexString(hex)),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using HttpResponseMessage response = await http.SendAsync(request);
        string status = response.Headers.Concat(response.TrailingHeaders).Single(h => h.Key == "grpc-status").Value.Single();
        Assert.True(status is "3" or "8", $"{what}: {status}");
        Assert.Empty(server.Errors);
    }

    [Theory]
    [InlineData("GET", "application/grpc", 405)]
    [InlineData("POST", "text/html", 415)]
    [InlineData("POST", "application/grpcx", 415)]
    public async Task What_is_not_grpc_is_told_so(string verb, string type, int expected)
    {
        await using MatrixServer server = await MatrixServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = s_limit };
        var request = new HttpRequestMessage(new HttpMethod(verb), new Uri($"http://127.0.0.1:{server.Port}{MatrixRoutes.Service}Echo"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.TryAddWithoutValidation("content-type", type);
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("1H", 3600.0)]
    [InlineData("59976m", 59.976)]
    [InlineData("99999900n", 0.0999999)]
    [InlineData("99999999H", 40 * 86400.0)]
    [InlineData("1x", null)]
    [InlineData("123456789S", null)]
    [InlineData("-1S", null)]
    [InlineData("", null)]
    public void Timeouts_are_read_as_the_protocol_writes_them(string text, double? seconds) =>
        Assert.Equal(seconds, TimeoutText.Decode(text)?.TotalSeconds);

    [Fact]
    public void Messages_survive_percent_form()
    {
        foreach (string text in new[] { "", "plain", "100 %", "%41", "a\r\nb", "雪と𝄞", "\u007f" })
        {
            string wire = StatusText.EncodeMessage(text);
            Assert.All(wire, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal(text, StatusText.DecodeMessage(wire));
        }

        Assert.Equal("50%", StatusText.DecodeMessage("50%"));
        Assert.Equal("%zz", StatusText.DecodeMessage("%zz"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private static bool Refuses(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
