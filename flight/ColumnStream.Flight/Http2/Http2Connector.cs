using System;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Connects to a server: a socket, and TLS where the options say so.</summary>
internal static class Http2Connector
{
    /// <summary>Connects within the time that the options allow.</summary>
    /// <exception cref="HttpRequestException">No connection came about.</exception>
    public static async Task<Http2Wire> ConnectAsync(GrpcChannelOptions options, CancellationToken closing)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
        try
        {
            return await OpenAsync(options, ending.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or AuthenticationException || GrpcClientCall.IsTransport(error))
        {
            string why = limit.IsCancellationRequested ? $"No connection within {options.ConnectTimeout}." : error.Message;
            throw new HttpRequestException(why, error);
        }
    }

    private static async Task<Http2Wire> OpenAsync(GrpcChannelOptions options, CancellationToken cancellation)
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
