using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Sends requests over one connection, and makes the next where the server has left the one before.</summary>
/// <remarks>Thread-safe. A connection whose calls still run is kept until they end.</remarks>
internal sealed class Http2Transport(GrpcChannelOptions options) : ClientTransport
{
    private const int MostAttempts = 3;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<Http2Connection> _open = [];
    private Task<Http2Connection>? _current;

    public override ClientExchange Open(
        string path, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        int port = options.IsEncrypted ? 443 : 80;
        string authority = options.UnixSocket is not null || options.Port == port
            ? options.Host : string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}");
        List<KeyValuePair<string, string>> all = [new("content-type", GrpcClientCall.ContentType), .. headers];
        return new Http2Exchange(OpenAsync, HeaderEncoder.Encode(options.IsEncrypted, authority, path, all), cancellation);
    }

    public override void Dispose()
    {
        _closing.Cancel();
        List<Http2Connection> open;
        lock (_gate)
        {
            open = [.. _open];
            _open.Clear();
        }

        open.ForEach(c => c.Close());
    }

    /// <summary>Opens a call on a connection that takes one.</summary>
    private async Task<Http2Stream> OpenAsync(byte[] headers, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            Http2Connection connection = await Connection().WaitAsync(cancellation).ConfigureAwait(false);
            if (await connection.OpenAsync(headers, cancellation).ConfigureAwait(false) is { } stream)
            {
                return stream;
            }
        }

        throw new IOException("The server closes every connection before it takes a call.");
    }

    /// <summary>Returns the connection that is in use or being made.</summary>
    private Task<Http2Connection> Connection()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            bool isUsable = _current is not null && (!_current.IsCompleted
                || (_current.IsCompletedSuccessfully && _current.GetAwaiter().GetResult().TakesCalls));
            return isUsable ? _current! : _current = ConnectAsync();
        }
    }

    private async Task<Http2Connection> ConnectAsync()
    {
        // The gate is held by whoever asks: nothing here may run before.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var limit = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closing.Token);
        Http2Wire? wire = null;
        try
        {
            wire = await OpenWireAsync(ending.Token).ConfigureAwait(false);
            var connection = new Http2Connection(wire, options);
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
                _open.RemoveAll(c => c.IsOver);
                _open.Add(connection);
            }

            connection.Start();
            return connection;
        }
        catch (Exception error) when (error is SocketException or AuthenticationException || GrpcClientCall.IsTransport(error))
        {
            wire?.Dispose();
            string why = limit.IsCancellationRequested ? $"No connection within {options.ConnectTimeout}." : error.Message;
            throw new HttpRequestException(why, error);
        }
    }

    private async Task<Http2Wire> OpenWireAsync(CancellationToken cancellation)
    {
        Socket socket = await ClientSocket.ConnectAsync(options, cancellation).ConfigureAwait(false);
        if (!options.IsEncrypted)
        {
            return new Http2Wire(socket);
        }

        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            var settings = new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            };
            ClientSocket.Configure(settings, options);
            await tls.AuthenticateAsClientAsync(settings, cancellation).ConfigureAwait(false);
            return tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
                ? new Http2Wire(tls) : throw new AuthenticationException("The server does not speak HTTP/2 behind TLS.");
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
