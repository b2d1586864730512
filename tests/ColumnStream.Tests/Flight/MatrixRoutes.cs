using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Tests.Flight;

/// <summary>Answers calls of every shape, so that each rule of the protocol has a method; tests/interop/grpc has its twin.</summary>
/// <remarks>Messages are google.protobuf.BytesValue.</remarks>
internal sealed class MatrixRoutes
{
    public const string Service = "/columnstream.test.Matrix/";
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what completes when a call of Wait was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Gets a permit for each call of Wait that has begun, and for each message that Stall has read.</summary>
    public SemaphoreSlim Begun { get; } = new(0);

    /// <summary>Gets what lets calls of Stall read on.</summary>
    public SemaphoreSlim Go { get; } = new(0);

    public IReadOnlyList<GrpcRoute> Routes =>
    [
        Route("Echo", EchoAsync, isUnary: true),
        Route("Headers", HeadersAsync, isUnary: true),
        Route("Count", CountAsync),
        Route("Sum", SumAsync, isUnary: true, isStreamed: true),
        Route("Chat", ChatAsync, isStreamed: true),
        Route("Greet", GreetAsync, isStreamed: true),
        Route("Fail", FailAsync, isUnary: true),
        Route("FailLate", FailLateAsync),
        Route("Wait", WaitAsync, isStreamed: true),
        Route("Stall", StallAsync, isStreamed: true),
        Route("Silent", async call => await call.ReadSingleAsync(BytesValue.Parser)),
    ];

    public static BytesValue Message(ReadOnlySpan<byte> bytes) => new() { Value = ByteString.CopyFrom(bytes) };

    public static BytesValue Message(string text) => Message(Encoding.UTF8.GetBytes(text));

    private static GrpcRoute Route(string method, GrpcHandler handler, bool isUnary = false, bool isStreamed = false) =>
        new(Service + method, isUnary, false, isStreamed, handler);

    private static async Task EchoAsync(GrpcServerCall call) =>
        await call.Writer.WriteAsync(await call.ReadSingleAsync(BytesValue.Parser));

    private static async Task HeadersAsync(GrpcServerCall call)
    {
        await call.ReadSingleAsync(BytesValue.Parser);
        string text = call.RequestHeaders.Get("x-text") ?? "none";
        byte[] bytes = call.RequestHeaders.GetBytes("x-bytes-bin") ?? [];
        call.ResponseHeaders.Add("y-text", text);
        call.ResponseHeaders.Add("y-bytes-bin", bytes);
        call.ResponseTrailers.Add("z-text", text + "!");
        call.ResponseTrailers.Add("z-bytes-bin", bytes);
        await call.Writer.WriteAsync(Message(string.Join(',', call.RequestHeaders.GetAll("x-many"))));
    }

    /// <summary>Answers with as many messages as the request says, of as many bytes.</summary>
    private static async Task CountAsync(GrpcServerCall call)
    {
        string[] words = (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToStringUtf8().Split(' ');
        var bytes = new byte[int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)];
        int count = int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            bytes.AsSpan().Fill((byte)i);
            await call.Writer.WriteAsync(Message(bytes));
        }
    }

    private static async Task SumAsync(GrpcServerCall call)
    {
        long bytes = 0;
        int count = 0;
        while (await call.Reader.MoveNextAsync())
        {
            bytes += (await call.Reader.ReadMessageAsync(BytesValue.Parser)).Value.Length;
            count++;
        }

        await call.Writer.WriteAsync(Message($"{count} {bytes}"));
    }

    private static async Task ChatAsync(GrpcServerCall call)
    {
        await call.StartAsync();
        while (await call.Reader.MoveNextAsync())
        {
            await call.Writer.WriteAsync(await call.Reader.ReadMessageAsync(BytesValue.Parser));
        }
    }

    /// <summary>Sends headers before anything was read, and reads on only then.</summary>
    private static async Task GreetAsync(GrpcServerCall call)
    {
        call.ResponseHeaders.Add("y-hello", "first");
        await ChatAsync(call);
    }

    private static async Task FailAsync(GrpcServerCall call)
    {
        string text = (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToStringUtf8();
        call.ResponseTrailers.Add("z-text", "tail");
        throw new GrpcException(new GrpcStatus(GrpcStatusCode.FailedPrecondition, text)
        {
            Info = new GrpcErrorInfo("1234", "columnstream", new Dictionary<string, string> { ["sqlstate"] = "42601" }),
        });
    }

    private static async Task FailLateAsync(GrpcServerCall call)
    {
        await call.ReadSingleAsync(BytesValue.Parser);
        for (int i = 0; i < 3; i++)
        {
            await call.Writer.WriteAsync(Message($"{i}"));
        }

        throw new GrpcException(GrpcStatusCode.DataLoss, "Failed behind three.");
    }

    private async Task WaitAsync(GrpcServerCall call)
    {
        await call.StartAsync();
        Begun.Release();
        try
        {
            await Task.Delay(Timeout.Infinite, call.Cancellation);
        }
        finally
        {
            _cancelled.TrySetResult();
        }
    }

    /// <summary>Stops reading behind the first message until told to go on.</summary>
    private async Task StallAsync(GrpcServerCall call)
    {
        await call.Reader.MoveNextAsync();
        await call.Reader.ReadMessageAsync(BytesValue.Parser);
        Begun.Release();
        await Go.WaitAsync(call.Cancellation);
        await SumAsync(call);
    }
}
