using System;
using System.Collections.Concurrent;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Testing.Hostile;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: a call that its client left alone ends with a reason, and one whose client is slow does not. Method: our server on a clock that
/// tests move, and both of our clients' HTTP/2 stacks.
/// </summary>
public sealed class IdleCallTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly SteppedTime _time = new();
    private readonly ConcurrentQueue<string> _told = new();

    /// <summary>Breaks when an upload whose client sends nothing more waits for ever, or when it ends without a reason.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_that_stops_ends_with_the_reason(bool isDirect)
    {
        await using MatrixServer server = await StartAsync(isDirect);
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = new MatrixClient(channel).Open("Sum");
        await call.WriteAsync(MatrixRoutes.Message("a"));
        Task<bool> answer = call.MoveNextAsync().AsTask();
        GrpcException error = await MatrixClient.FailsAsync(async () =>
        {
            await PassAsync(() => answer.IsCompleted);
            await answer;
        });
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Status.Code);
        Assert.Contains("sent nothing of its request for 00:10:00 (--idle-timeout)", error.Status.Message, StringComparison.Ordinal);
        Assert.Contains("sent nothing", Assert.Single(_told), StringComparison.Ordinal);
        await UntilAsync(() => server.Server.ActiveCalls == 0);
        Assert.Equal(5, (await new MatrixClient(channel).AskAsync("Echo", new byte[5])).Value.Length);
        Assert.Empty(server.Errors);
    }

    /// <summary>Breaks when the limit counts from the beginning, and not from what came last.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_upload_goes_on(bool isDirect)
    {
        await using MatrixServer server = await StartAsync(isDirect);
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = new MatrixClient(channel).Open("Chat");
        for (int i = 0; i < 8; i++)
        {
            await call.WriteAsync(MatrixRoutes.Message("a"));
            Assert.True(await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
            await call.ReadMessageAsync(BytesValue.Parser);
            _time.Advance(s_idle * 0.6);
        }

        call.CompleteWrites();
        Assert.False(await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
        Assert.Empty(_told);
    }

    /// <summary>Breaks when the limit is for whole messages, and not for their bytes.</summary>
    [Fact]
    public async Task A_message_that_comes_by_bytes_goes_on()
    {
        await using MatrixServer server = await StartAsync(isDirect: false);
        var target = new HostileTarget(server.Server.Addresses[0]!, IPAddress.Loopback, "", 1);
        using HostilePeer peer = await HostilePeer.GreetAsync(target, default);
        int stream = await peer.OpenAsync(Http2Frame.Call(MatrixRoutes.Service + "Chat", null), default);
        await peer.WriteAsync(stream, Http2Frame.Message(new byte[100]).AsSpan(0, 5), default);
        await UntilAsync(() => server.Server.ActiveCalls == 1);
        for (int i = 0; i < 8; i++)
        {
            await peer.WriteAsync(stream, [0], default);
            await peer.PingAsync(default).WaitAsync(s_limit);
            _time.Advance(s_idle * 0.6);
        }

        Assert.Equal(1, server.Server.ActiveCalls);
        Assert.Empty(_told);
        await PassAsync(() => server.Server.ActiveCalls == 0);
        Assert.Single(_told);
    }

    /// <summary>Breaks when a client that comes back to its answer finds a reset in place of the reason.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_nobody_took_ends_with_the_reason(bool isDirect)
    {
        await using MatrixServer server = await StartAsync(isDirect);
        using GrpcChannel channel = server.Connect(o => o with { StreamWindowBytes = 64 << 10 });
        await using GrpcClientCall call = new MatrixClient(channel).Open("Count");
        await call.WriteAsync(MatrixRoutes.Message("100 1000000"));
        call.CompleteWrites();
        await PassAsync(() => !_told.IsEmpty);
        Assert.Contains("took nothing", Assert.Single(_told), StringComparison.Ordinal);
        GrpcException error = await MatrixClient.FailsAsync(async () =>
        {
            while (await call.MoveNextAsync().AsTask().WaitAsync(s_limit))
            {
                await call.ReadMessageAsync(BytesValue.Parser).AsTask().WaitAsync(s_limit);
            }
        });
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Status.Code);
        Assert.Contains("took nothing of the answer for 00:10:00 (--idle-timeout)", error.Status.Message, StringComparison.Ordinal);
        await UntilAsync(() => server.Server.ActiveCalls == 0);
        Assert.Empty(server.Errors);
    }

    /// <summary>Breaks when what waits for a client that never comes back is kept for ever.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_is_never_taken_goes_in_the_end(bool isDirect)
    {
        await using MatrixServer server = await StartAsync(isDirect);
        using GrpcChannel channel = server.Connect(o => o with { StreamWindowBytes = 64 << 10 });
        await using GrpcClientCall call = new MatrixClient(channel).Open("Count");
        await call.WriteAsync(MatrixRoutes.Message("100 1000000"));
        call.CompleteWrites();
        await PassAsync(() => server.Server.StartedCalls == 1 && server.Server.ActiveCalls == 0);
        Assert.Single(_told);
        Assert.Equal(5, (await new MatrixClient(channel).AskAsync("Echo", new byte[5])).Value.Length);
        Assert.Empty(server.Errors);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>Lets time pass until something is so.</summary>
    private async Task PassAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
            _time.Advance(s_idle / 10);
        }
    }

    private Task<MatrixServer> StartAsync(bool isDirect) => MatrixServer.StartAsync(
        change: o => o with { IdleTimeout = s_idle, Time = _time, OnIdle = _told.Enqueue, UnaryDeadline = TimeSpan.FromDays(40) }, isDirect: isDirect);
}
