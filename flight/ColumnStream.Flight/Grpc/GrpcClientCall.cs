using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace ColumnStream.Flight.Grpc;

/// <summary>Carries one call on the client's side.</summary>
/// <remarks>One reader and one writer, which may work at once. Disposing of a call that has not ended breaks it off.</remarks>
internal sealed class GrpcClientCall : IAsyncDisposable
{
    public const string ContentType = "application/grpc";
    private readonly ClientExchange _exchange;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _ending;
    private readonly GrpcCallOptions _options;
    private readonly int _maxMessageBytes;
    private FrameWriter? _writer;
    private FrameReader? _reader;
    private ClientAnswer? _answer;
    private GrpcStatus? _status;

    public GrpcClientCall(ClientTransport transport, string path, int maxMessageBytes, GrpcCallOptions options, TimeProvider time)
    {
        _options = options;
        _maxMessageBytes = maxMessageBytes;
        _deadline = options.Timeout is { } timeout ? new CancellationTokenSource(timeout, time) : new CancellationTokenSource();
        _ending = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, options.Cancellation);
        _exchange = transport.Open(path, RequestHeaders(), _ending.Token);
    }

    /// <summary>Gets the headers of the answer; empty until they came.</summary>
    public GrpcMetadata Headers { get; } = new();

    /// <summary>Gets what came behind the answer; empty until the end.</summary>
    public GrpcMetadata Trailers { get; } = new();

    /// <summary>Sends a message; where the server has answered before it was sent, its answer says how the call ended.</summary>
    public async ValueTask WriteAsync(IMessage message)
    {
        try
        {
            FrameWriter writer = await FindWriterAsync().ConfigureAwait(false);
            await writer.WriteAsync(message).ConfigureAwait(false);
        }
        catch (Exception error) when (IsTransport(error))
        {
            if (_ending.IsCancellationRequested)
            {
                throw Map(error);
            }

            await GuardAsync(new ValueTask<ClientAnswer>(_exchange.Answer)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the request's body can be written.</summary>
    /// <exception cref="GrpcException">The call has ended before.</exception>
    public async ValueTask<FrameWriter> OpenWriterAsync()
    {
        try
        {
            return await FindWriterAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (IsTransport(error))
        {
            throw await WriteFailedAsync(error).ConfigureAwait(false);
        }
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void CompleteWrites() => _exchange.CompleteWrites();

    /// <summary>Comes to the next answer; false at the end of a call that succeeded.</summary>
    /// <exception cref="GrpcException">The call failed.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        FrameReader reader = await OpenReaderAsync().ConfigureAwait(false);
        return await GuardAsync(reader.MoveNextAsync()).ConfigureAwait(false) || await EndAsync().ConfigureAwait(false);
    }

    /// <summary>Reads the answer that <see cref="MoveNextAsync"/> came to.</summary>
    public ValueTask<T> ReadMessageAsync<T>(MessageParser<T> parser)
        where T : IMessage<T> => GuardAsync(_reader!.ReadMessageAsync(parser));

    /// <summary>Reads the one answer of a method that has one.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        if (!await MoveNextAsync().ConfigureAwait(false))
        {
            throw new GrpcException(GrpcStatusCode.Internal, "Server ended the call well, but gave no answer.");
        }

        T message = await ReadMessageAsync(parser).ConfigureAwait(false);
        return await MoveNextAsync().ConfigureAwait(false)
            ? throw new GrpcException(GrpcStatusCode.Internal, "Server gave more than the one answer.")
            : message;
    }

    /// <summary>Waits for the answer's headers and returns what reads its messages.</summary>
    public async ValueTask<FrameReader> OpenReaderAsync()
    {
        if (_reader is not null)
        {
            return _reader;
        }

        ClientAnswer answer = await GuardAsync(new ValueTask<ClientAnswer>(_exchange.Answer)).ConfigureAwait(false);
        _answer = answer;
        Collect(answer.Headers, Headers);
        _options.OnHeaders?.Invoke(Headers);
        CheckStatus(answer);
        if (FindStatus(answer.Headers) is { } status)
        {
            _status = status;
            Collect(answer.Headers, Trailers);
        }
        else if (answer.ContentType?.StartsWith(ContentType, StringComparison.Ordinal) != true)
        {
            throw new GrpcException(
                GrpcStatusCode.Unknown, $"Answer is not gRPC: content type {answer.ContentType}.");
        }

        ByteSource body = await answer.OpenBodyAsync().ConfigureAwait(false);
        bool isGzip = ClientAnswer.Find(answer.Headers, "grpc-encoding") == "gzip";
        return _reader = new FrameReader(body, isGzip, _maxMessageBytes);
    }

    /// <summary>Takes the status behind the last answer; returns false, so that readers end.</summary>
    public async ValueTask<bool> EndAsync()
    {
        ClientAnswer answer = await _exchange.Answer.ConfigureAwait(false);
        if (_status is null)
        {
            Collect(answer.Trailers, Trailers);
            _status = FindStatus(answer.Trailers)
                ?? new GrpcStatus(GrpcStatusCode.Internal, "Server ended the call without saying how.");
        }

        return _status.Code == GrpcStatusCode.Ok ? false : throw new GrpcException(_status, trailers: Trailers);
    }

    /// <summary>Awaits a read and turns a broken connection into a status.</summary>
    public async ValueTask<T> GuardAsync<T>(ValueTask<T> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (Exception error) when (IsTransport(error))
        {
            throw Map(error);
        }
        catch (GrpcException) when (_answer is not null
            && FindStatus(_answer.Trailers) is { Code: not GrpcStatusCode.Ok })
        {
            // A server that fails in the middle of a message says why behind it.
            await EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Finds out why nothing more could be sent: a server that has answered resets the rest of the request, and its answer says why.
    /// </summary>
    /// <param name="error">What the write ended with.</param>
    /// <param name="canRead">
    /// Whether nobody reads answers until this returns, so that they can be passed over up to the status; else only the answer's headers,
    /// and a status that has come, can say why.
    /// </param>
    public async ValueTask<Exception> WriteFailedAsync(Exception error, bool canRead = true)
    {
        if (_ending.IsCancellationRequested)
        {
            return Map(error);
        }

        try
        {
            ClientAnswer answer = await GuardAsync(new ValueTask<ClientAnswer>(_exchange.Answer)).ConfigureAwait(false);
            CheckStatus(answer);
            FrameReader? reader = canRead ? await OpenReaderAsync().ConfigureAwait(false) : null;
            while (reader is not null && _status is null && await MoveNextAsync().ConfigureAwait(false))
            {
                await reader.SkipAsync(reader.Left).ConfigureAwait(false);
            }

            if ((_status ?? FindStatus(answer.Headers)) is { Code: not GrpcStatusCode.Ok } status)
            {
                return new GrpcException(status, trailers: Trailers);
            }
        }
        catch (GrpcException known)
        {
            return known;
        }

        return new GrpcException(GrpcStatusCode.Cancelled, "The server ended the call before everything was sent.", error);
    }

    public static bool IsTransport(Exception error) =>
        error is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Says in gRPC's terms why a connection or stream broke.</summary>
    public Exception Map(Exception error)
    {
        if (_options.Cancellation.IsCancellationRequested)
        {
            return new OperationCanceledException("The call was broken off.", error, _options.Cancellation);
        }

        if (_deadline.IsCancellationRequested)
        {
            return new GrpcException(GrpcStatusCode.DeadlineExceeded, "The call took longer than its deadline.", error);
        }

        if (error is OperationCanceledException)
        {
            // Where nobody here broke it off, the server did: what was being sent ends as cancelled.
            return _ending.IsCancellationRequested
                ? new GrpcException(GrpcStatusCode.Cancelled, "The call was broken off.", error)
                : new GrpcException(GrpcStatusCode.Unavailable, "The server broke the request off.", error);
        }

        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                return new GrpcException(OfHttp2(protocol.ErrorCode), $"Connection broke: {protocol.Message}", error);
            }
        }

        string text = error.InnerException is { } inner && !error.Message.Contains(inner.Message, StringComparison.Ordinal)
            ? $"{error.Message} {inner.Message}" : error.Message;
        return new GrpcException(GrpcStatusCode.Unavailable, $"Server cannot be reached: {text}", error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_status is null)
        {
            // Its writes do not end: a server would take what came so far for the whole.
            await _ending.CancelAsync().ConfigureAwait(false);
        }
        else
        {
            _exchange.CompleteWrites();
        }

        try
        {
            await _exchange.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (IsTransport(error))
        {
            // Whoever used the call was told.
        }

        _ending.Dispose();
        _deadline.Dispose();
    }

    private async ValueTask<FrameWriter> FindWriterAsync() => _writer ??=
        new FrameWriter(await _exchange.OpenBodyAsync().ConfigureAwait(false), _options.Compresses);

    private static GrpcStatusCode OfHttp2(long code) => code switch
    {
        8 => GrpcStatusCode.Cancelled,
        11 => GrpcStatusCode.ResourceExhausted,
        12 => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Unavailable,
    };

    private static void CheckStatus(ClientAnswer answer)
    {
        if (answer.StatusCode != (int)HttpStatusCode.OK)
        {
            throw new GrpcException(
                StatusText.OfHttp(answer.StatusCode), $"Answer is not gRPC: HTTP status {answer.StatusCode}.");
        }
    }

    private static GrpcStatus? FindStatus(IEnumerable<KeyValuePair<string, string>> headers) =>
        ClientAnswer.Find(headers, StatusText.Code) is string code
            ? StatusText.Decode(
                code, ClientAnswer.Find(headers, StatusText.Message), ClientAnswer.Find(headers, StatusText.Details))
            : null;

    private static void Collect(IEnumerable<KeyValuePair<string, string>> headers, GrpcMetadata target)
    {
        foreach ((string name, string value) in headers)
        {
            target.AddReceived(name, value);
        }
    }

    private List<KeyValuePair<string, string>> RequestHeaders()
    {
        List<KeyValuePair<string, string>> headers =
        [
            new("te", "trailers"), new("grpc-accept-encoding", "identity,gzip"), new("user-agent", "columnstream-dotnet"),
        ];
        if (_options.Compresses)
        {
            headers.Add(new("grpc-encoding", "gzip"));
        }

        if (_options.Timeout is { } timeout)
        {
            headers.Add(new(TimeoutText.Header, TimeoutText.Encode(timeout)));
        }

        headers.AddRange(_options.Headers ?? []);
        return headers;
    }
}
