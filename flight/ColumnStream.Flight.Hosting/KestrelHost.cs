using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ColumnStream.Flight.Hosting;

/// <summary>Sets Kestrel up for gRPC and owns its sockets.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    private const int SocketBlockBytes = 64 << 10;
    private const int CallBlockBytes = 16 << 10;
    private readonly GrpcServerOptions _options;
    private readonly WebApplication _application;
    private readonly IServer _server;
    private readonly List<ListenOptions> _listening = [];
    private readonly List<UnixSocketFile> _files = [];
    private readonly ConnectionGate _gate;

    public KestrelHost(GrpcServerOptions options)
    {
        _options = options;
        _gate = new ConnectionGate(options.Profile, options.Time);
        SocketPool = new NetworkPool(SocketBlockBytes, isNative: false, options.IdleNetworkBytes / 2, options.Time);
        CallPool = new NetworkPool(CallBlockBytes, isNative: true, options.IdleNetworkBytes / 2, options.Time);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure).UseSockets(Configure);
        // Last, because a registration that is only added stays without effect.
        builder.Services.RemoveAll<IMemoryPoolFactory<byte>>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(SocketPool);
        _application = builder.Build();
        _server = _application.Services.GetRequiredService<IServer>();
    }

    /// <summary>Gets the blocks of sockets.</summary>
    public NetworkPool SocketPool { get; }

    /// <summary>Gets the blocks of calls.</summary>
    public NetworkPool CallPool { get; }

    /// <summary>Gets the bytes of network blocks, in use and idle.</summary>
    public long NetworkBytes => SocketPool.TotalBytes + CallPool.TotalBytes;

    public IReadOnlyList<IPEndPoint?> Addresses => _listening.ConvertAll(l => l.EndPoint as IPEndPoint);

    public int Connections => _gate.Connections;

    public async Task StartAsync(IHttpApplication<HttpContext> application, CancellationToken cancellation)
    {
        await _server.StartAsync(application, cancellation).ConfigureAwait(false);
        foreach (UnixSocketFile file in _files)
        {
            file.Publish();
        }

        if (!SocketPool.IsInUse)
        {
            throw new InvalidOperationException("The server took another pool of network blocks.");
        }
    }

    /// <summary>Stops listening, asks clients to leave, and waits for their calls until the token aborts them.</summary>
    public async Task StopAsync(CancellationToken abort)
    {
        await _server.StopAsync(abort).ConfigureAwait(false);
        _files.ForEach(f => f.Dispose());
        _files.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        _files.ForEach(f => f.Dispose());
        await _application.DisposeAsync().ConfigureAwait(false);
        SocketPool.Dispose();
        CallPool.Dispose();
    }

    private void Configure(SocketTransportOptions sockets)
    {
        sockets.WaitForDataBeforeAllocatingBuffer = false;
        sockets.CreateBoundListenSocket = endpoint =>
            endpoint is UnixDomainSocketEndPoint path && _files.Find(f => f.IsFor(path)) is { } file
                ? file.Bind()
                : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        GrpcProfile profile = _options.Profile;
        kestrel.AddServerHeader = false;
        // Proxies that end TLS send a scheme that differs from the connection's.
        kestrel.AllowAlternateSchemes = true;
        KestrelServerLimits limits = kestrel.Limits;
        // The gate sends one away for each that comes; those that are about to leave count here still.
        limits.MaxConcurrentConnections = 4L * profile.MaxConnections;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MaxResponseBufferSize = 256 << 10;
        limits.MaxRequestBufferSize = 1 << 20;
        limits.Http2.MaxStreamsPerConnection = profile.MaxStreams;
        limits.Http2.MaxFrameSize = profile.MaxFrameBytes;
        limits.Http2.MaxRequestHeaderFieldSize = 16 << 10;
        limits.Http2.InitialStreamWindowSize = profile.StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = profile.ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        foreach (GrpcListener listener in _options.Listeners)
        {
            Listen(kestrel, listener);
        }
    }

    private void Listen(KestrelServerOptions kestrel, GrpcListener listener)
    {
        EndPoint endpoint;
        if (listener.UnixSocket is string path)
        {
            var file = new UnixSocketFile(path);
            _files.Add(file);
            endpoint = file.Endpoint;
        }
        else
        {
            endpoint = listener.Address ?? throw new ArgumentException("Listener has neither an address nor a socket's path.");
        }

        kestrel.Listen(endpoint, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            options.Use(next => connection => _gate.RunAsync(connection, listener, next));
            if (listener.IsTls)
            {
                options.UseHttps(Tls(listener));
            }

            options.Use(next => connection => FrameGuard.RunAsync(connection, _options.Profile, _options.Time, next));
            options.Use(next => connection =>
            {
                // Here and not above: what holds a connection's own bytes is few and large, what holds calls' is many and small.
                connection.Features.Set<IMemoryPoolFeature>(CallPool);
                return next(connection);
            });
            _listening.Add(options);
        });
    }

    private static TlsHandshakeCallbackOptions Tls(GrpcListener listener)
    {
        SslStreamCertificateContext? fixedContext = listener.Files is null
            ? SslStreamCertificateContext.Create(listener.Certificate!, null, offline: true) : null;
        return new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(5),
            OnConnection = _ =>
            {
                X509Certificate2Collection? roots = listener.Files is { } files ? files.Roots : listener.ClientRoots;
                var options = new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = fixedContext ?? listener.Files!.Context,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    AllowRenegotiation = false,
                };
                if (roots is not null)
                {
                    options.ClientCertificateRequired = true;
                    options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                        certificate is null ? !listener.RequiresClientCertificate : RootTrust.IsTrusted(
                            certificate as X509Certificate2, chain, errors & ~SslPolicyErrors.RemoteCertificateChainErrors, roots,
                            RootTrust.ClientUsage);
                }

                return ValueTask.FromResult(options);
            },
        };
    }
}
