using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: this project's own HTTP/2 client understands what servers may send and survives what they may not. Method: a server of bare
/// frames at the other end; the matrix and Flight's contract run over this client besides.
/// </summary>
public sealed class DirectHttp2Tests
{
    /// <summary>A message that holds the bytes 1, 2, 3.</summary>
    private const string Message = "00000000050a03010203";
    private const int EndStream = 1;
    private const int EndHeaders = 4;
    private const int Padded = 8;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Breaks when a rare form of a frame is not understood: its bytes would be taken for something else.</summary>
    [Fact]
    public async Task Rare_forms_of_an_answer_are_understood()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<byte[]> asking = AskAsync(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        foreach (byte[] frame in new[]
        {
            // What is only announced; priority and padding; headers in three frames; a frame of an unknown type.
            BareHttp2Server.Frame(1, EndHeaders, 1, "0803313033"),
            BareHttp2Server.Frame(1, Padded | 0x20, 1, "02" + "0000000010" + BareHttp2Server.Head[..4] + "0000"),
            BareHttp2Server.Frame(9, 0, 1, BareHttp2Server.Head[4..12]),
            BareHttp2Server.Frame(9, EndHeaders, 1, BareHttp2Server.Head[12..]),
            BareHttp2Server.Frame(0x42, 0xFF, 1, "0102"),
            BareHttp2Server.Frame(2, 0, 1, "0000000010"),
            BareHttp2Server.Frame(0, Padded, 1, "03" + Message[..8] + "000000"),
            BareHttp2Server.Frame(0, 0, 1, ""),
            BareHttp2Server.Frame(6, 0, 0, "0102030405060708"),
            BareHttp2Server.Frame(0, Padded, 1, "00" + Message[8..]),
            BareHttp2Server.Frame(1, EndHeaders | EndStream, 1, BareHttp2Server.Tail),
        })
        {
            await stream.WriteAsync(frame);
        }

        Assert.Equal(new byte[] { 1, 2, 3 }, await asking.WaitAsync(s_limit));
        Assert.Equal(
            new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 },
            await BareHttp2Server.ReadUntilAsync(stream, type: 6, flags: 1).WaitAsync(s_limit));
    }

    [Theory]
    [InlineData("000001 00 00 00000001 00", "data before headers")]
    [InlineData("000000 01 04 00000001", "headers without a status")]
    [InlineData("000000 01 04 00000003", "headers of a call that was never made")]
    [InlineData("000001 01 04 00000001 80", "headers that lie")]
    [InlineData("000001 01 08 00000001 05", "padding longer than its frame")]
    [InlineData("000000 01 00 00000001 000000 00 00 00000001", "headers that do not go on")]
    [InlineData("000000 09 04 00000001", "a continuation of nothing")]
    [InlineData("000004 05 04 00000001 00000002", "a promise")]
    [InlineData("200000 00 00 00000001", "a frame beyond the limit")]
    [InlineData("000001 04 00 00000000 00", "settings of a wrong length")]
    [InlineData("000006 04 00 00000000 000480000000", "a window beyond bounds")]
    [InlineData("000006 04 00 00000000 000500000001", "a frame's size out of bounds")]
    [InlineData("000004 08 00 00000000 00000000", "a window widened by nothing")]
    [InlineData("000004 08 00 00000000 7fffffff", "a connection's window beyond bounds")]
    [InlineData("000004 08 00 00000001 7fffffff", "a call's window beyond bounds")]
    [InlineData("000007 06 00 00000000 00000000000000", "a ping of a wrong length")]
    [InlineData("000008 06 00 00000001 0000000000000000", "a ping of a call")]
    [InlineData("000000 00 00 00000000", "data of the connection")]
    [InlineData("000004 03 00 00000001 00000002", "a reset")]
    [InlineData("000008 07 00 00000000 0000000000000001", "a farewell before the call")]
    [InlineData("0000", "an end inside a head")]
    [InlineData("", "an end")]
    public async Task Answers_that_break_the_rules_end_the_call(string hex, string what)
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<byte[]> asking = AskAsync(channel);
        using (NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit))
        {
            await stream.WriteAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        }

        GrpcException error = await MatrixClient.FailsAsync(() => asking.WaitAsync(s_limit));
        Assert.True(error.Status.Code == GrpcStatusCode.Unavailable, $"{what}: {error}");
    }

    /// <summary>Breaks when what comes beyond the window is kept: a server could fill the memory.</summary>
    [Fact]
    public async Task More_than_the_window_allows_ends_the_connection()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect(o => o with { StreamWindowBytes = 100_000 });
        await using GrpcClientCall call = Open(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders, 1, BareHttp2Server.Head));
        byte[] data = BareHttp2Server.Frame(0, 0, 1, new string('0', 2 * 60_000));
        await stream.WriteAsync(data);
        // The head alone says it; bytes behind it would make the farewell a reset.
        await stream.WriteAsync(data.AsMemory(0, 9));
        byte[] farewell = await BareHttp2Server.ReadUntilAsync(stream, type: 7).WaitAsync(s_limit);
        Assert.Equal(3, farewell[7]);
        // Zeros are empty messages: what came before the connection ends, behind its farewell, may be read.
        GrpcException error = await MatrixClient.FailsAsync(
            async () =>
            {
                while (await call.MoveNextAsync().AsTask().WaitAsync(s_limit))
                {
                }
            });
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    /// <summary>
    /// Breaks when a server that leaves takes with it calls that it still answers, or those that it says it did not begin with.
    /// </summary>
    [Fact]
    public async Task A_server_that_leaves_answers_what_it_took_and_others_connect_anew()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<byte[]> first = AskAsync(channel);
        using NetworkStream leaving = await server.AcceptAsync().WaitAsync(s_limit);
        Task<byte[]> refused = AskAsync(channel);
        await BareHttp2Server.ReadUntilAsync(leaving, type: 1).WaitAsync(s_limit);
        await leaving.WriteAsync(BareHttp2Server.Frame(7, 0, 0, "0000000100000000"));
        using NetworkStream other = await server.AcceptAsync().WaitAsync(s_limit);
        foreach (NetworkStream stream in new[] { other, leaving })
        {
            await AnswerAsync(stream, 1);
        }

        Assert.Equal(3, (await first.WaitAsync(s_limit)).Length);
        Assert.Equal(3, (await refused.WaitAsync(s_limit)).Length);
    }

    /// <summary>Breaks when a refused call is sent again without its bytes or its end, or without end.</summary>
    [Fact]
    public async Task A_refused_call_is_sent_again_a_few_times()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = Open(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        await call.WriteAsync(new BytesValue { Value = Google.Protobuf.ByteString.CopyFrom(1, 2, 3) });
        byte[] sent = await BareHttp2Server.ReadUntilAsync(stream, type: 0).WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(3, 0, 1, "00000007"));
        await BareHttp2Server.ReadUntilAsync(stream, type: 1).WaitAsync(s_limit);
        Assert.Equal(sent, await BareHttp2Server.ReadUntilAsync(stream, type: 0).WaitAsync(s_limit));
        call.CompleteWrites();
        Assert.Empty(await BareHttp2Server.ReadUntilAsync(stream, type: 0, flags: EndStream).WaitAsync(s_limit));
        for (int id = 3; id < 9; id += 2)
        {
            await stream.WriteAsync(BareHttp2Server.Frame(3, 0, id, "00000007"));
            if (id < 7)
            {
                await BareHttp2Server.ReadUntilAsync(stream, type: 1).WaitAsync(s_limit);
                Assert.Equal(sent, await BareHttp2Server.ReadUntilAsync(stream, type: 0).WaitAsync(s_limit));
                Assert.Empty(await BareHttp2Server.ReadUntilAsync(stream, type: 0, flags: EndStream).WaitAsync(s_limit));
            }
        }

        GrpcException error = await MatrixClient.FailsAsync(async () => await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    /// <summary>Breaks when a call that is left looks to the server like one that was sent to its end: half a load would be kept.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_is_left_is_reset_and_not_completed(bool isDirect)
    {
        for (int i = 0; i < 20; i++)
        {
            using var server = new BareHttp2Server();
            using GrpcChannel channel = server.Connect(o => o with { UsesDirectHttp2 = isDirect });
            GrpcClientCall call = Open(channel);
            Task writing = call.WriteAsync(new BytesValue { Value = Google.Protobuf.ByteString.CopyFrom(1, 2, 3) }).AsTask();
            using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
            await writing.WaitAsync(s_limit);
            await call.DisposeAsync();
            (byte[] head, byte[] payload) frame;
            do
            {
                frame = await BareHttp2Server.ReadAsync(stream).WaitAsync(s_limit);
                Assert.False(frame.head[3] == 0 && (frame.head[4] & EndStream) != 0);
            }
            while (frame.head[3] != 3);

            Assert.Equal(new byte[] { 0, 0, 0, 8 }, frame.payload);
        }
    }

    /// <summary>Breaks when a call is sent again of which only a part is kept: the server would take the rest for the whole.</summary>
    [Fact]
    public async Task A_refused_call_that_is_long_fails()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = Open(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 0, "00100000"));
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 1, "00100000"));
        for (int i = 0; i < 2; i++)
        {
            await call.WriteAsync(new BytesValue { Value = Google.Protobuf.ByteString.CopyFrom(new byte[40_000]) })
                .AsTask().WaitAsync(s_limit);
        }

        await stream.WriteAsync(BareHttp2Server.Frame(3, 0, 1, "00000007"));
        GrpcException error = await MatrixClient.FailsAsync(async () => await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    /// <summary>Breaks when calls beyond the server's limit are sent, or never are.</summary>
    [Fact]
    public async Task Calls_wait_until_the_server_takes_one_more()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect(o => o with { MaxConnections = 1 });
        Task<byte[]> first = AskAsync(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(4, 0, 0, "000300000001"));
        await BareHttp2Server.ReadUntilAsync(stream, type: 4, flags: 1).WaitAsync(s_limit);
        await BareHttp2Server.ReadUntilAsync(stream, type: 4, flags: 1).WaitAsync(s_limit);
        using var leaving = new CancellationTokenSource();
        await using (GrpcClientCall left = Open(channel, new GrpcCallOptions { Cancellation = leaving.Token }))
        {
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await left.OpenReaderAsync());
        }

        Task<byte[]> second = AskAsync(channel);
        await AnswerAsync(stream, 1);
        Assert.Equal(3, (await first.WaitAsync(s_limit)).Length);
        await BareHttp2Server.ReadUntilAsync(stream, type: 1).WaitAsync(s_limit);
        await AnswerAsync(stream, 3);
        Assert.Equal(3, (await second.WaitAsync(s_limit)).Length);
    }

    /// <summary>Breaks when a request's bytes leave beyond what the server allows, or stay although it allows them.</summary>
    [Fact]
    public async Task Requests_keep_to_the_servers_windows()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        await using GrpcClientCall call = Open(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        // The call's window shrinks below nought with bytes under way, and frames stay at 16 KiB.
        Task writing = call.WriteAsync(new BytesValue { Value = Google.Protobuf.ByteString.CopyFrom(new byte[100_000]) }).AsTask();
        int received = 0;
        while (received < 65_535)
        {
            byte[] data = await BareHttp2Server.ReadUntilAsync(stream, type: 0).WaitAsync(s_limit);
            Assert.InRange(data.Length, 1, 16 << 10);
            received += data.Length;
        }

        Assert.Equal(65_535, received);
        await stream.WriteAsync(BareHttp2Server.Frame(4, 0, 0, "000400000000"));
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 0, "00100000"));
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 1, "0000ffff"));
        Assert.False(writing.IsCompleted);
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 1, "00000005"));
        Assert.Equal(5, (await BareHttp2Server.ReadUntilAsync(stream, type: 0).WaitAsync(s_limit)).Length);
        await stream.WriteAsync(BareHttp2Server.Frame(8, 0, 1, "00100000"));
        await writing.WaitAsync(s_limit);
    }

    /// <summary>Breaks when a silent server is waited for without end.</summary>
    [Fact]
    public async Task A_server_without_a_sign_of_life_is_given_up()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect(
            o => o with { KeepAlive = TimeSpan.FromMilliseconds(50), KeepAliveTimeout = TimeSpan.FromMilliseconds(50) });
        GrpcException error = await MatrixClient.FailsAsync(() => AskAsync(channel).WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
    }

    /// <summary>Breaks when answers to a server that does not read them are kept without end.</summary>
    [Fact]
    public async Task A_server_that_asks_and_does_not_read_is_given_up()
    {
        using var server = new BareHttp2Server();
        using GrpcChannel channel = server.Connect();
        Task<byte[]> asking = AskAsync(channel);
        using NetworkStream stream = await server.AcceptAsync().WaitAsync(s_limit);
        byte[] pings = Enumerable.Repeat(BareHttp2Server.Frame(6, 0, 0, "0102030405060708"), 10_000).SelectMany(f => f).ToArray();
        try
        {
            while (!asking.IsCompleted)
            {
                await stream.WriteAsync(pings).AsTask().WaitAsync(s_limit);
            }
        }
        catch (IOException)
        {
            // The client has left.
        }

        GrpcException error = await MatrixClient.FailsAsync(() => asking.WaitAsync(s_limit));
        Assert.True(error.Status.Code is GrpcStatusCode.Unavailable or GrpcStatusCode.ResourceExhausted, error.Message);
    }

    private static GrpcClientCall Open(GrpcChannel channel, GrpcCallOptions? options = null) =>
        channel.Open("/test/Method", isData: false, options ?? GrpcCallOptions.None);

    internal static async Task<byte[]> AskAsync(GrpcChannel channel)
    {
        await using GrpcClientCall call = Open(channel);
        call.CompleteWrites();
        return (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToByteArray();
    }

    internal static async Task AnswerAsync(NetworkStream stream, int id)
    {
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders, id, BareHttp2Server.Head));
        await stream.WriteAsync(BareHttp2Server.Frame(0, 0, id, Message));
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders | EndStream, id, BareHttp2Server.Tail));
    }
}
