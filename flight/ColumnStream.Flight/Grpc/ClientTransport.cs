using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Flight.Grpc;

/// <summary>Sends requests to one server over HTTP/2.</summary>
internal abstract class ClientTransport : IDisposable
{
    /// <summary>Begins a request; nothing is awaited yet.</summary>
    /// <param name="path">The method's path.</param>
    /// <param name="headers">What goes in front of it, besides its content's type.</param>
    /// <param name="cancellation">What breaks it off.</param>
    public abstract ClientExchange Open(
        string path, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation);

    /// <summary>Closes the connection; requests that run are broken off.</summary>
    public abstract void Dispose();
}
