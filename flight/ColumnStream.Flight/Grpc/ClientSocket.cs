using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Connects sockets, and says whom a client trusts.</summary>
internal static class ClientSocket
{
    /// <summary>Connects to the server's Unix socket, or to its host and port.</summary>
    public static async Task<Socket> ConnectAsync(GrpcChannelOptions options, CancellationToken cancellation)
    {
        Socket socket = options.UnixSocket is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            EndPoint server = options.UnixSocket is string path
                ? new UnixDomainSocketEndPoint(path) : new DnsEndPoint(options.Host, options.Port);
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sets who may be at the other end of TLS, and who this client is.</summary>
    public static void Configure(SslClientAuthenticationOptions tls, GrpcChannelOptions options)
    {
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
    }
}
