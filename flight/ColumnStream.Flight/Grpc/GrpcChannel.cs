using System;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Flight.Grpc;

/// <summary>Opens calls to one server over one HTTP/2 connection.</summary>
internal sealed class GrpcChannel : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _root;

    public GrpcChannel(GrpcChannelOptions options)
    {
        Options = options;
        string scheme = options.IsEncrypted ? "https" : "http";
        _root = options.UnixSocket is null
            ? new UriBuilder(scheme, options.Host, options.Port).Uri
            : new UriBuilder(scheme, options.Host).Uri;
        _invoker = new HttpMessageInvoker(MakeHandler(options));
    }

    public GrpcChannelOptions Options { get; }

    /// <summary>Begins a call; nothing is awaited yet.</summary>
    /// <param name="path">The method's path.</param>
    /// <param name="isData">Whether its answers hold batches.</param>
    /// <param name="options">Headers, deadline and cancellation.</param>
    public GrpcClientCall Open(string path, bool isData, GrpcCallOptions options) =>
        new(_invoker, new Uri(_root, path), isData ? Options.MaxDataMessageBytes : Options.MaxMessageBytes, options, Options.Time);

    public void Dispose() => _invoker.Dispose();

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
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
        };
        if (options.KeepAlive is { } delay)
        {
            handler.KeepAlivePingDelay = delay;
            handler.KeepAlivePingTimeout = options.KeepAliveTimeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        }

        if (options.UnixSocket is string path)
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        SslClientAuthenticationOptions tls = handler.SslOptions;
        tls.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (options.ClientCertificate is { } own)
        {
            tls.ClientCertificates = [own];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        if (options.AcceptsAnyCertificate)
        {
            tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        }
        else if (options.Roots is { } roots)
        {
            tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => RootTrust.IsTrusted(
                certificate as X509Certificate2, chain, errors & ~SslPolicyErrors.RemoteCertificateChainErrors, roots,
                    RootTrust.ServerUsage);
        }

        return handler;
    }
}
