using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Tests.Flight;

/// <summary>Calls every method of the matrix and says by name what is wrong.</summary>
internal sealed class MatrixClient(GrpcChannel channel, bool compresses = false)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs all checks against whoever is at the other end.</summary>
    public async Task RunAsync()
    {
        foreach ((string name, Func<Task> check) in new (string, Func<Task>)[]
        {
            ("unary", () => EchoAsync(100)), ("empty", () => EchoAsync(0)), ("large", () => EchoAsync(3 << 20)),
            ("headers", HeadersAsync), ("server stream", CountAsync), ("client stream", SumAsync), ("two ways", ChatAsync),
            ("headers first", GreetAsync), ("error", FailAsync), ("late error", FailLateAsync), ("unknown method", UnknownAsync),
            ("deadline", DeadlineAsync), ("cancel", CancelAsync), ("too large", TooLargeAsync), ("no answer", SilentAsync),
        })
        {
            try
            {
                await check().WaitAsync(s_limit);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Check failed: {name}. {error.Message}", error);
            }
        }
    }

    /// <summary>Begins a call.</summary>
    public GrpcClientCall Open(string method, GrpcCallOptions? options = null) =>
        channel.Open(MatrixRoutes.Service + method, isData: false, (options ?? new GrpcCallOptions()) with { Compresses = compresses });

    /// <summary>Sends one message and takes one.</summary>
    public async Task<BytesValue> AskAsync(string method, ReadOnlyMemory<byte> request, GrpcCallOptions? options = null)
    {
        await using GrpcClientCall call = Open(method, options);
        await call.WriteAsync(MatrixRoutes.Message(request.Span));
        call.CompleteWrites();
        return await call.ReadSingleAsync(BytesValue.Parser);
    }

    /// <summary>Expects a call to fail and returns how.</summary>
    public static async Task<GrpcException> FailsAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (GrpcException error)
        {
            return error;
        }

        throw new InvalidOperationException("Call succeeded, expected an error.");
    }

    private static void Same<T>(T expected, T got)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, got))
        {
            throw new InvalidOperationException($"Values differ: expected {expected}, got {got}.");
        }
    }

    private async Task EchoAsync(int bytes)
    {
        var sent = new byte[bytes];
        new Random(bytes).NextBytes(sent);
        BytesValue got = await AskAsync("Echo", sent);
        Same(true, got.Value.Span.SequenceEqual(sent));
    }

    private async Task HeadersAsync()
    {
        var headers = new GrpcMetadata();
        headers.Add("x-text", "a b~");
        headers.Add("x-bytes-bin", [0, 255, 10, 13]);
        headers.Add("x-many", "1");
        headers.Add("x-many", "2");
        await using GrpcClientCall call = Open("Headers", new GrpcCallOptions { Headers = headers });
        await call.WriteAsync(MatrixRoutes.Message("x"));
        call.CompleteWrites();
        Same("1,2", (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToStringUtf8().Replace(" ", "", StringComparison.Ordinal));
        Same("a b~", call.Headers.Get("y-text"));
        Same("a b~!", call.Trailers.Get("z-text"));
        Same("00FF0A0D", Convert.ToHexString(call.Headers.GetBytes("y-bytes-bin")!));
        Same("00FF0A0D", Convert.ToHexString(call.Trailers.GetBytes("z-bytes-bin")!));
    }

    private async Task CountAsync()
    {
        await using GrpcClientCall call = Open("Count");
        await call.WriteAsync(MatrixRoutes.Message("200 9000"));
        call.CompleteWrites();
        int count = 0;
        while (await call.MoveNextAsync())
        {
            ByteString value = (await call.ReadMessageAsync(BytesValue.Parser)).Value;
            Same(9000, value.Length);
            Same((byte)count++, value[8999]);
        }

        Same(200, count);
    }

    private async Task SumAsync()
    {
        await using GrpcClientCall call = Open("Sum");
        for (int i = 0; i < 100; i++)
        {
            await call.WriteAsync(MatrixRoutes.Message(new byte[100_000]));
        }

        call.CompleteWrites();
        Same("100 10000000", (await call.ReadSingleAsync(BytesValue.Parser)).Value.ToStringUtf8());
    }

    private async Task ChatAsync()
    {
        await using GrpcClientCall call = Open("Chat");
        for (int i = 0; i < 200; i++)
        {
            await call.WriteAsync(MatrixRoutes.Message($"no {i}"));
            Same(true, await call.MoveNextAsync());
            Same($"no {i}", (await call.ReadMessageAsync(BytesValue.Parser)).Value.ToStringUtf8());
        }

        call.CompleteWrites();
        Same(false, await call.MoveNextAsync());
    }

    private async Task GreetAsync()
    {
        await using GrpcClientCall call = Open("Greet");
        await call.OpenReaderAsync();
        Same("first", call.Headers.Get("y-hello"));
        call.CompleteWrites();
        Same(false, await call.MoveNextAsync());
    }

    private async Task FailAsync()
    {
        const string Text = "Zeile 1\nläuft 100 % über: 雪";
        GrpcException error = await FailsAsync(() => AskAsync("Fail", Encoding.UTF8.GetBytes(Text)));
        Same(GrpcStatusCode.FailedPrecondition, error.Status.Code);
        Same(Text, error.Status.Message);
        Same("tail", error.Trailers.Get("z-text"));
        Same("42601", error.Status.Info?.Metadata["sqlstate"]);
    }

    private async Task FailLateAsync()
    {
        await using GrpcClientCall call = Open("FailLate");
        await call.WriteAsync(MatrixRoutes.Message("x"));
        call.CompleteWrites();
        for (int i = 0; i < 3; i++)
        {
            Same(true, await call.MoveNextAsync());
            Same($"{i}", (await call.ReadMessageAsync(BytesValue.Parser)).Value.ToStringUtf8());
        }

        Same(GrpcStatusCode.DataLoss, (await FailsAsync(async () => await call.MoveNextAsync())).Status.Code);
    }

    private async Task UnknownAsync() =>
        Same(GrpcStatusCode.Unimplemented, (await FailsAsync(() => AskAsync("NoSuch", default))).Status.Code);

    private async Task DeadlineAsync()
    {
        GrpcException error = await FailsAsync(() => AskAsync("Wait", default, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(50) }));
        Same(GrpcStatusCode.DeadlineExceeded, error.Status.Code);
    }

    private async Task CancelAsync()
    {
        using var cancel = new CancellationTokenSource();
        await using GrpcClientCall call = Open("Wait", new GrpcCallOptions { Cancellation = cancel.Token });
        await call.WriteAsync(MatrixRoutes.Message("x"));
        await call.OpenReaderAsync();
        await cancel.CancelAsync();
        try
        {
            await call.MoveNextAsync();
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException("Call ended well, expected it to be cancelled.");
    }

    /// <summary>The server answers while the request still comes: its reason must not be lost.</summary>
    private async Task TooLargeAsync()
    {
        GrpcException error = await FailsAsync(() => AskAsync("Echo", new byte[12 << 20].Select((_, i) => (byte)(i * 31 >> 3)).ToArray()));
        Same(GrpcStatusCode.ResourceExhausted, error.Status.Code);
    }

    private async Task SilentAsync() =>
        Same(GrpcStatusCode.Internal, (await FailsAsync(() => AskAsync("Silent", default))).Status.Code);
}
