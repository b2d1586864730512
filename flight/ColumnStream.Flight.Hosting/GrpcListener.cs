using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Flight.Hosting;

/// <summary>States where a server listens and how connections are protected.</summary>
public sealed record GrpcListener
{
    /// <summary>Gets the address; port 0 takes a free one. Null where <see cref="UnixSocket"/> is set.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>Gets the path of a Unix socket, which only this process's user may open.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Gets the server's certificate with its key; null serves without TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Gets the roots that a client's certificate must lead to; null asks for none.</summary>
    public X509Certificate2Collection? ClientRoots { get; init; }

    /// <summary>Gets files that hold certificate and roots in place of those above, and may change while the server runs.</summary>
    public CertificateFiles? Files { get; init; }

    /// <summary>Gets the networks that may connect; none lets all in. An IPv4 address counts as such however it comes.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Gets whether a client without a certificate is turned away, where roots are given.</summary>
    public bool RequiresClientCertificate { get; init; } = true;

    internal bool IsTls => Certificate is not null || Files is not null;

    /// <summary>Makes a listener without TLS on this machine's loopback address.</summary>
    public static GrpcListener Loopback(int port = 0) => new() { Address = new IPEndPoint(IPAddress.Loopback, port) };

    /// <summary>Makes a listener on a Unix socket.</summary>
    public static GrpcListener Unix(string path) => new() { UnixSocket = path };
}
