using System;
using ColumnStream.Flight.Http2;

namespace ColumnStream.Flight.Grpc;

/// <summary>Opens calls to one server over one HTTP/2 connection.</summary>
internal sealed class GrpcChannel : IDisposable
{
    private readonly ClientTransport _transport;

    public GrpcChannel(GrpcChannelOptions options)
    {
        Options = options;
        _transport = options.UsesDirectHttp2 ? new Http2Transport(options) : new HttpClientTransport(options);
    }

    public GrpcChannelOptions Options { get; }

    /// <summary>Begins a call; nothing is awaited yet.</summary>
    /// <param name="path">The method's path.</param>
    /// <param name="isData">Whether its answers hold batches.</param>
    /// <param name="options">Headers, deadline and cancellation.</param>
    public GrpcClientCall Open(string path, bool isData, GrpcCallOptions options) =>
        new(_transport, path, isData ? Options.MaxDataMessageBytes : Options.MaxMessageBytes, options, Options.Time);

    public void Dispose() => _transport.Dispose();
}
