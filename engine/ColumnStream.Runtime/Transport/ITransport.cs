using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Opens links that carry messages between nodes, in order, and asks nodes for answers; knows nothing of checkpoints.</summary>
/// <remarks>
/// Is the plug point of the network. A transport moves messages and tells when a link is lost; channels, credit, sequence numbers and
/// fencing are <see cref="TransportNode"/>'s and the same over all of them. Data and requests go on connections of their own.
/// Thread-safe; disposing of it loses all links, waits for what it runs and gives all memory back.
/// </remarks>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Begins to listen.</summary>
    /// <param name="endpoint">Where; a free place where it names none.</param>
    /// <param name="host">Takes links and requests of other nodes.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="Engine.Errors.ExternalException">The endpoint cannot be used.</exception>
    ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default);

    /// <summary>Opens a link; messages may be sent at once, and <paramref name="handler"/> is told where it cannot be opened.</summary>
    TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler);

    /// <summary>Asks a node.</summary>
    /// <exception cref="Engine.Errors.ExternalException">The node cannot be reached (5070), or does not answer in time (5073).</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default);
}
