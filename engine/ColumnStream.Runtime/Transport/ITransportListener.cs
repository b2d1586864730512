using System;

namespace ColumnStream.Runtime.Transport;

/// <summary>Takes links until it is disposed of; links that were taken may end with it.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>Gets the endpoint under which other nodes reach this one.</summary>
    TransportEndpoint Endpoint { get; }
}
