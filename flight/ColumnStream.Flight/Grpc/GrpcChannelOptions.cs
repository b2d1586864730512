using System;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Flight.Grpc;

/// <summary>States which server a client speaks to and how.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Gets the server's name or address; also the name that its certificate must have.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Gets the server's port.</summary>
    public int Port { get; init; }

    /// <summary>Gets the path of a Unix socket, which is used instead of host and port.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Gets whether connections are TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Gets the roots that the server's certificate must lead to; null takes the system's.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Gets whether any certificate of the server is taken: nothing then shows who it is.</summary>
    public bool AcceptsAnyCertificate { get; init; }

    /// <summary>Gets the certificate with its key that shows the server who this client is.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets how long a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Gets after how long a silent connection with calls is asked for a sign of life; null never asks. Other servers than this
    /// system's close connections that ask more often than every five minutes.
    /// </summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Gets how long that sign may take.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets after how long a connection without calls is closed, to be made anew for the next; infinite keeps it. The default is
    /// shorter than the 130 s after which this system's server closes it, so that no call meets the closing.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Gets the most connections, of which a further one is made where the server takes no more calls on those there are; calls
    /// wait where there are so many. The HttpClient knows one and any number.
    /// </summary>
    public int MaxConnections { get; init; } = 4;

    /// <summary>Gets the bytes that a server may send ahead on one call.</summary>
    public int StreamWindowBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Gets whether this project's own HTTP/2 client is used, which sends batches from where they stand and receives them into
    /// their buffers; else the HttpClient.
    /// </summary>
    public bool UsesDirectHttp2 { get; init; }

    /// <summary>Gets the most bytes of a message that is no batch.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Gets the most bytes of a message that holds a batch.</summary>
    public int MaxDataMessageBytes { get; init; } = 256 << 20;

    /// <summary>Gets the clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
