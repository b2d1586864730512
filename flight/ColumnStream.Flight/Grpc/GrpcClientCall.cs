using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace ColumnStream.Flight.Grpc;

/// <summary>Carries one call on the client's side.</summary>
/// <remarks>One reader and one writer, which may work at once. Disposing of a call that has not ended breaks it off.</remarks>
internal sealed class GrpcClientCall : IAsyncDisposable
{
    public const string ContentType = "application/grpc";
    private readonly DuplexContent _content = new();
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _response;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _ending;
    private readonly GrpcCallOptions _options;
    private readonly int _maxMessageBytes;
    private FrameWriter? _writer;
    private FrameReader? _reader;
    private HttpResponseMessage? _answer;
    private GrpcStatus? _status;

    public GrpcClientCall(HttpMessageInvoker invoker, Uri address, int maxMessageBytes, GrpcCallOptions options, TimeProvider time)
    {
        _options = options;
        _maxMessageBytes = maxMessageBytes;
        _deadline = options.Timeout is { } timeout ? new CancellationTokenSource(timeout, time) : new CancellationTokenSource();
        _ending = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, options.Cancellation);
        _request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _content,
        };
        AddHeaders(_request.Headers);
        _response = invoker.SendAsync(_request, _ending.Token);
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

            await GuardAsync(new ValueTask<HttpResponseMessage>(_response)).ConfigureAwait(false);
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
    public void CompleteWrites() => _content.Complete();

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

        HttpResponseMessage response = await GuardAsync(new ValueTask<HttpResponseMessage>(_response)).ConfigureAwait(false);
        _answer = response;
        Collect(response.Headers, Headers);
        _options.OnHeaders?.Invoke(Headers);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(
                StatusText.OfHttp((int)response.StatusCode), $"Answer is not gRPC: HTTP status {(int)response.StatusCode}.");
        }

        if (FindStatus(response.Headers) is { } status)
        {
            _status = status;
            Collect(response.Headers, Trailers);
        }
        else if (response.Content.Headers.ContentType?.MediaType?.StartsWith(ContentType, StringComparison.Ordinal) != true)
        {
            throw new GrpcException(
                GrpcStatusCode.Unknown, $"Answer is not gRPC: content type {response.Content.Headers.ContentType}.");
        }

        Stream body = await response.Content.ReadAsStreamAsync(_ending.Token).ConfigureAwait(false);
        bool isGzip = Find(response.Headers, "grpc-encoding") == "gzip";
        return _reader = new FrameReader(new StreamSource(body, _ending.Token), isGzip, _maxMessageBytes);
    }

    /// <summary>Takes the status behind the last answer; returns false, so that readers end.</summary>
    public async ValueTask<bool> EndAsync()
    {
        HttpResponseMessage response = await _response.ConfigureAwait(false);
        if (_status is null)
        {
            Collect(response.TrailingHeaders, Trailers);
            _status = FindStatus(response.TrailingHeaders)
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
            && FindStatus(_answer.TrailingHeaders) is { Code: not GrpcStatusCode.Ok })
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
    /// <param name="canRead">Whether nobody reads answers now, so that they can be passed over up to the status.</param>
    public async ValueTask<Exception> WriteFailedAsync(Exception error, bool canRead = true)
    {
        if (_ending.IsCancellationRequested)
        {
            return Map(error);
        }

        try
        {
            FrameReader reader = await OpenReaderAsync().ConfigureAwait(false);
            while (canRead && _status is null && await MoveNextAsync().ConfigureAwait(false))
            {
                await reader.SkipAsync(reader.Left).ConfigureAwait(false);
            }

            if (_status is { Code: not GrpcStatusCode.Ok })
            {
                return new GrpcException(_status, trailers: Trailers);
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

        string text = error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;
        return new GrpcException(GrpcStatusCode.Unavailable, $"Server cannot be reached: {text}", error);
    }

    public async ValueTask DisposeAsync()
    {
        _content.Complete();
        if (_status is null)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            (await _response.ConfigureAwait(false)).Dispose();
        }
        catch (Exception error) when (IsTransport(error))
        {
            // Whoever used the call was told.
        }

        _request.Dispose();
        _ending.Dispose();
        _deadline.Dispose();
    }

    private async ValueTask<FrameWriter> FindWriterAsync()
    {
        if (_writer is null)
        {
            // A request that fails before it is sent never opens its body.
            if (await Task.WhenAny(_content.Body, _response).ConfigureAwait(false) == _response)
            {
                await _response.ConfigureAwait(false);
            }

            Stream body = await _content.Body.WaitAsync(_ending.Token).ConfigureAwait(false);
            _writer = new FrameWriter(new StreamSink(body, _ending.Token), _options.Compresses);
        }

        return _writer;
    }

    private static GrpcStatusCode OfHttp2(long code) => code switch
    {
        8 => GrpcStatusCode.Cancelled,
        11 => GrpcStatusCode.ResourceExhausted,
        12 => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Unavailable,
    };

    private static string? Find(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private static GrpcStatus? FindStatus(HttpResponseHeaders headers) => Find(headers, StatusText.Code) is string code
        ? StatusText.Decode(code, Find(headers, StatusText.Message), Find(headers, StatusText.Details))
        : null;

    private static void Collect(HttpResponseHeaders headers, GrpcMetadata target)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            foreach (string value in values)
            {
                target.AddReceived(name, value);
            }
        }
    }

    private void AddHeaders(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        headers.TryAddWithoutValidation("user-agent", "columnstream-dotnet");
        if (_options.Compresses)
        {
            headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        if (_options.Timeout is { } timeout)
        {
            headers.TryAddWithoutValidation(TimeoutText.Header, TimeoutText.Encode(timeout));
        }

        foreach ((string name, string value) in _options.Headers ?? [])
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }
}
