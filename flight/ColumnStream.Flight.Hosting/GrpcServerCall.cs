using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace ColumnStream.Flight.Hosting;

/// <summary>Carries one call on the server's side: its messages, headers, deadline and caller.</summary>
internal sealed class GrpcServerCall : IDisposable
{
    private const string AcceptEncoding = "grpc-accept-encoding";
    private const string Encoding = "grpc-encoding";
    private const int ResetCancel = 8;
    private const int DrainBytes = 64 << 10;
    private readonly HttpContext _http;
    private readonly GateEntry? _entry;
    private readonly IHttpResponseBodyFeature _body;
    private readonly GrpcServerOptions _options;
    private readonly PipeSource _source;
    private readonly PipeSink _sink;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _stopping;
    private readonly bool _compresses;
    private readonly bool _isShort;
    private bool _hasHeaders;

    public GrpcServerCall(
        HttpContext http, GrpcRoute route, GrpcServerOptions options, UnpackTurns unpacking, CancellationToken stopping)
    {
        _http = http;
        _entry = GateEntry.Of(http);
        _body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _options = options;
        _stopping = stopping;
        Method = route.Method;
        _isShort = !route.IsStreamed;
        TimeSpan? timeout = Timeout(http.Request.Headers) ?? (route.IsUnary ? options.UnaryDeadline : null);
        _deadline = timeout is { } limit ? new CancellationTokenSource(limit, options.Time) : new CancellationTokenSource();
        Deadline = timeout is { } left ? options.Time.GetUtcNow() + left : null;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(
            _deadline.Token, http.RequestAborted, stopping, _entry?.Ended ?? default);
        Cancellation = _ending.Token;
        foreach ((string name, StringValues values) in http.Request.Headers)
        {
            foreach (string? value in values)
            {
                RequestHeaders.AddReceived(name, value ?? string.Empty);
            }
        }

        bool isGzip = Requested(http.Request.Headers);
        _compresses = options.CompressesResponses
            && http.Request.Headers[AcceptEncoding].ToString().Contains("gzip", StringComparison.Ordinal);
        _source = new PipeSource(http.Request.BodyReader, options, Cancellation);
        _sink = new PipeSink(_body.Writer, ApplyHeaders, options, Cancellation);
        int mostBytes = route.IsData ? options.MaxDataMessageBytes : options.MaxMessageBytes;
        Reader = new FrameReader(_source, isGzip, mostBytes, unpacking);
        Writer = new FrameWriter(_sink, _compresses);
        Peer = FindPeer(http);
    }

    public string Method { get; }

    public GrpcMetadata RequestHeaders { get; } = new();

    public GrpcMetadata ResponseHeaders { get; set; } = new();

    public GrpcMetadata ResponseTrailers { get; set; } = new();

    public DateTimeOffset? Deadline { get; }

    public GrpcPeer Peer { get; }

    public CancellationToken Cancellation { get; }

    public FrameReader Reader { get; }

    public FrameWriter Writer { get; }

    /// <summary>Gets whether the client broke the call off, or its connection did.</summary>
    public bool IsAbandoned => _http.RequestAborted.IsCancellationRequested;

    /// <summary>Notes who calls, null for whoever it is, so that the connection gets a place among those of this caller.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the caller has as many connections as one may have now.</exception>
    public void Identify(object? caller)
    {
        if (_entry?.Settle(caller) is { } refusal)
        {
            throw new GrpcException(_options.OwnStatus(GrpcStatusCode.ResourceExhausted, refusal));
        }
    }

    /// <summary>Reads the one request of a method that has one, and waits for the client to say that it is the only one.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        if (!await Reader.MoveNextAsync().ConfigureAwait(false))
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Call has no request: {Method} expects one.");
        }

        T message = await Reader.ReadMessageAsync(parser).ConfigureAwait(false);
        return await Reader.MoveNextAsync().ConfigureAwait(false)
            ? throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Call has more than one request: {Method} expects one.")
            : message;
    }

    /// <summary>Sends headers before the first answer: some clients wait for them before they send more.</summary>
    public async ValueTask StartAsync()
    {
        if (!_hasHeaders)
        {
            ApplyHeaders();
            await _body.StartAsync(Cancellation).ConfigureAwait(false);
            await _sink.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends what is being read and written.</summary>
    public void BreakOff() => _ending.Cancel();

    /// <summary>Says why a call ended that was cancelled.</summary>
    public GrpcStatus StatusOfCancellation() => (IsAbandoned, _deadline.IsCancellationRequested,
        _stopping.IsCancellationRequested, _entry is { Ended.IsCancellationRequested: true }) switch
    {
        (true, _, _, _) => new GrpcStatus(GrpcStatusCode.Cancelled, "The client broke the call off."),
        (_, true, _, _) => new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "The call took longer than its deadline."),
        (_, _, true, _) => new GrpcStatus(GrpcStatusCode.Unavailable, "The server is stopping."),
        (_, _, _, true) => _options.OwnStatus(GrpcStatusCode.ResourceExhausted, ConnectionPlaces.Ended),
        _ => new GrpcStatus(GrpcStatusCode.Cancelled, "The call was cancelled."),
    };

    /// <summary>Ends the call: with trailers behind answers, or with headers alone where nothing was sent.</summary>
    public async Task FinishAsync(GrpcStatus status)
    {
        await DrainAsync().ConfigureAwait(false);
        _source.Close();
        if (IsAbandoned)
        {
            return;
        }

        if (_sink.IsIdle || _source.IsIdle)
        {
            _options.OnIdle?.Invoke(
                $"{Method}: the client at {Peer.Address?.ToString() ?? "a Unix socket"} "
                + (_sink.IsIdle ? "took nothing of the answer" : "sent nothing of its request")
                + $" for {_options.IdleTimeout}; it was ended, and what made it.");
        }

        if (_sink.IsBroken && !_sink.IsIdle)
        {
            // Bytes wait in front of any trailers, and the client does not take them.
            Reset();
            return;
        }

        if (status.Code == GrpcStatusCode.Ok)
        {
            await StartAsync().ConfigureAwait(false);
        }

        if (!_hasHeaders && !_http.Response.HasStarted)
        {
            ApplyHeaders();
            Write(_http.Response.Headers, status);
        }
        else if (_http.Features.Get<IHttpResponseTrailersFeature>() is { } trailers)
        {
            if (!_http.Response.HasStarted)
            {
                await _body.StartAsync(CancellationToken.None).ConfigureAwait(false);
            }

            Write(trailers.Trailers, status);
        }

        await CompleteAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        Reader.Close();
        _source.Dispose();
        _ending.Dispose();
        _deadline.Dispose();
    }

    /// <summary>Ends the answer; a client that took nothing has as long again to take what waits, and to find the reason behind it.</summary>
    private async Task CompleteAsync()
    {
        Task completing = _body.CompleteAsync();
        if (!_sink.IsIdle)
        {
            await completing.ConfigureAwait(false);
            return;
        }

        try
        {
            await completing.WaitAsync(_options.IdleTimeout, _options.Time, Cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            Reset();
            await completing.ConfigureAwait(false);
        }
    }

    private void Reset() => _http.Features.Get<IHttpResetFeature>()?.Reset(ResetCancel);

    /// <summary>
    /// Takes the rest of a request that is short: a call that ends before its request is reset, and a connection with many resets in a
    /// few seconds is told to calm down, which clients with a wrong password do not deserve.
    /// </summary>
    private async ValueTask DrainAsync()
    {
        if (!_isShort || IsAbandoned || _sink.IsBroken)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _options.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Cancellation);
        try
        {
            await _source.DrainAsync(DrainBytes, ending.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // What does not come is not waited for.
        }
    }

    private static TimeSpan? Timeout(IHeaderDictionary headers)
    {
        StringValues text = headers[TimeoutText.Header];
        return text.Count == 0
            ? null
            : TimeoutText.Decode(text.ToString())
                ?? throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Header is no timeout: {TimeoutText.Header} {text}.");
    }

    private static bool Requested(IHeaderDictionary headers) => headers[Encoding].ToString() switch
    {
        "" or "identity" => false,
        "gzip" => true,
        string other => throw new GrpcException(
            GrpcStatusCode.Unimplemented, $"Compression is not known: {other}, expected identity or gzip."),
    };

    private static GrpcPeer FindPeer(HttpContext http)
    {
        var tls = http.Features.Get<ITlsConnectionFeature>();
        IPAddress? address = http.Connection.RemoteIpAddress;
        return new GrpcPeer(
            address is null
                ? null : new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, http.Connection.RemotePort),
            http.Features.Get<ISslStreamFeature>() is not null || tls is not null,
            tls?.ClientCertificate);
    }

    private static void Add(IHeaderDictionary headers, GrpcMetadata metadata)
    {
        foreach ((string name, string value) in metadata)
        {
            headers.Append(name, value);
        }
    }

    private void ApplyHeaders()
    {
        // What was sent cannot be changed; trying would lose the status.
        if (_hasHeaders || _http.Response.HasStarted)
        {
            return;
        }

        _hasHeaders = true;
        IHeaderDictionary headers = _http.Response.Headers;
        _http.Response.ContentType = GrpcServer.ContentType;
        headers[AcceptEncoding] = "identity,gzip";
        if (_compresses)
        {
            headers[Encoding] = "gzip";
        }

        Add(headers, ResponseHeaders);
    }

    private void Write(IHeaderDictionary target, GrpcStatus status)
    {
        Add(target, ResponseTrailers);
        target[StatusText.Code] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        if (status.Message.Length > 0)
        {
            target[StatusText.Message] = StatusText.EncodeMessage(status.Message);
        }

        if (StatusText.EncodeDetails(status) is string details)
        {
            target[StatusText.Details] = details;
        }
    }
}
