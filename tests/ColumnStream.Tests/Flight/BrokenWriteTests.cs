using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: a writer whose write failed finds out why without reading what is another's. Method: writes that fail while the call goes on,
/// with a server of bare frames, so that each side's next step is known.
/// </summary>
public sealed class BrokenWriteTests : IDisposable
{
    /// <summary>A message that holds three letters.</summary>
    private const string Message = "00000000050a03616263";
    private const string Denied = "000b677270632d7374617475730137";
    private const int EndStream = 1;
    private const int EndHeaders = 4;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly BareHttp2Server _server = new();
    private readonly GrpcChannel _channel;

    public BrokenWriteTests() => _channel = _server.Connect();

    public void Dispose()
    {
        _channel.Dispose();
        _server.Dispose();
    }

    /// <summary>Breaks when an exchange's writer reads answers: they are lost, and with two readers at once one waits for ever.</summary>
    [Fact]
    public async Task An_exchanges_answers_are_its_readers_alone()
    {
        await using GrpcClientCall call = _channel.Open("/test/Method", isData: true, GrpcCallOptions.None);
        using NetworkStream stream = await _server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders, 1, BareHttp2Server.Head));
        var hooks = new FlightClientHooks(call);
        Assert.Equal(GrpcStatusCode.Cancelled, (await FailAsync(hooks)).Status.Code);
        await stream.WriteAsync(BareHttp2Server.Frame(0, 0, 1, Message));
        FrameReader reader = await hooks.OpenAsync().AsTask().WaitAsync(s_limit);
        Assert.True(await hooks.GuardAsync(reader.MoveNextAsync()).AsTask().WaitAsync(s_limit));
        Assert.Equal("abc", (await reader.ReadMessageAsync(StringValue.Parser)).Value);
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders | EndStream, 1, Denied));
        GrpcException error = await MatrixClient.FailsAsync(async () => await call.MoveNextAsync().AsTask().WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.PermissionDenied, error.Status.Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await FailAsync(hooks)).Status.Code);
    }

    /// <summary>Breaks when a refusal without answers does not reach an exchange's writer.</summary>
    [Fact]
    public async Task A_status_in_the_headers_reaches_an_exchanges_writer()
    {
        await using GrpcClientCall call = _channel.Open("/test/Method", isData: true, GrpcCallOptions.None);
        using NetworkStream stream = await _server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders | EndStream, 1, BareHttp2Server.Head + Denied));
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await FailAsync(new FlightClientHooks(call))).Status.Code);
    }

    /// <summary>Breaks when an upload's writer and reader read at once, or when its writer is not told the server's reason.</summary>
    [Fact]
    public async Task An_uploads_writer_reads_the_status_while_nobody_else_reads()
    {
        await using GrpcClientCall call = _channel.Open("/test/Method", isData: true, GrpcCallOptions.None);
        using NetworkStream stream = await _server.AcceptAsync().WaitAsync(s_limit);
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders, 1, BareHttp2Server.Head));
        var turn = new SemaphoreSlim(1);
        var hooks = new FlightClientHooks(call, turn);
        // No batch is written.
        var upload = new FlightUpload(call, writer: null!, turn);
        Task<ReadOnlyMemory<byte>?> result = upload.ReadResultAsync().AsTask();
        Assert.Equal(GrpcStatusCode.Cancelled, (await FailAsync(hooks)).Status.Code);
        await stream.WriteAsync(BareHttp2Server.Frame(0, 0, 1, Message));
        Assert.Equal("abc", Encoding.ASCII.GetString((await result.WaitAsync(s_limit)).GetValueOrDefault().Span));

        Task<GrpcException> failing = FailAsync(hooks);
        Task<ReadOnlyMemory<byte>?> next = upload.ReadResultAsync().AsTask();
        await stream.WriteAsync(BareHttp2Server.Frame(1, EndHeaders | EndStream, 1, Denied));
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await failing).Status.Code);
        GrpcException error = await MatrixClient.FailsAsync(() => next.WaitAsync(s_limit));
        Assert.Equal(GrpcStatusCode.PermissionDenied, error.Status.Code);
    }

    private static Task<GrpcException> FailAsync(FlightClientHooks hooks) => MatrixClient.FailsAsync(
        () => hooks.GuardAsync(ValueTask.FromException(new IOException("Broken pipe"))).AsTask().WaitAsync(s_limit));
}
