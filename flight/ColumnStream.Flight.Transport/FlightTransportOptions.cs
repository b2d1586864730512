using System;
using System.Security.Cryptography.X509Certificates;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Flight.Transport;

/// <summary>States how nodes speak Flight with each other.</summary>
public sealed record FlightTransportOptions
{
    /// <summary>Gets the account that pays for frames received, until whoever decoded them lets go.</summary>
    public required BufferAllocator Allocator { get; init; }

    /// <summary>Gets this node's certificate with its key, for endpoints of https.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Gets the certificate with its key that is shown to nodes that are called; null shows <see cref="Certificate"/>.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets the roots that other nodes' certificates must lead to, both ways; null takes the system's, and asks callers for none.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Gets the most bytes of a frame that is received.</summary>
    public int MaxFrameBytes { get; init; } = 256 << 20;

    /// <summary>Gets the most bytes of a request or an answer.</summary>
    public int MaxRequestBytes { get; init; } = 16 << 20;

    /// <summary>Gets how long a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets after how long a silent connection is asked for a sign of life; links ask for their own besides.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets whether nodes are called by this project's own HTTP/2 instead of the HttpClient's.</summary>
    public bool UsesDirectHttp2 { get; init; } = true;

    /// <summary>Gets the clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets what is told of errors that other nodes are not told of.</summary>
    public Action<Exception>? Log { get; init; }
}
