using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;

namespace ColumnStream.Flight.Grpc;

/// <summary>Sends requests by the HttpClient.</summary>
internal sealed class HttpClientTransport : ClientTransport
{
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _root;

    public HttpClientTransport(GrpcChannelOptions options)
    {
        string scheme = options.IsEncrypted ? "https" : "http";
        _root = options.UnixSocket is null
            ? new UriBuilder(scheme, options.Host, options.Port).Uri
            : new UriBuilder(scheme, options.Host).Uri;
        _invoker = new HttpMessageInvoker(MakeHandler(options));
    }

    public override ClientExchange Open(
        string path, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var content = new DuplexContent();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_root, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return new HttpClientExchange(_invoker, request, content, cancellation);
    }

    public override void Dispose() => _invoker.Dispose();

    private static SocketsHttpHandler MakeHandler(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            InitialHttp2StreamWindowSize = options.StreamWindowBytes,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = options.IdleTimeout,
            EnableMultipleHttp2Connections = options.MaxConnections > 1,
        };
        if (options.KeepAlive is { } delay)
        {
            handler.KeepAlivePingDelay = delay;
            handler.KeepAlivePingTimeout = options.KeepAliveTimeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        }

        if (options.UnixSocket is not null)
        {
            handler.ConnectCallback = async (_, cancellation) =>
                new NetworkStream(await ClientSocket.ConnectAsync(options, cancellation).ConfigureAwait(false), ownsSocket: true);
        }

        ClientSocket.Configure(handler.SslOptions, options);
        return handler;
    }
}
