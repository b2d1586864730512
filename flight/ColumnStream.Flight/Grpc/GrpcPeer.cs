using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Flight.Grpc;

/// <summary>States who is at the other end of a connection.</summary>
/// <param name="Address">The address, or null for a Unix socket.</param>
/// <param name="IsEncrypted">Whether the connection is TLS.</param>
/// <param name="Certificate">The certificate that the client proved to own, checked against the listener's roots, or null.</param>
public sealed record GrpcPeer(IPEndPoint? Address, bool IsEncrypted, X509Certificate2? Certificate)
{
    /// <summary>Gets whether the other end is on this machine.</summary>
    public bool IsLocal => Address is null || IPAddress.IsLoopback(Address.Address);

    /// <inheritdoc/>
    public override string ToString() => Address?.ToString() ?? "unix";
}
