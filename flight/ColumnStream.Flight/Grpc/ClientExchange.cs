using System;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Carries one request and its answer.</summary>
/// <remarks>What breaks is thrown as one of the errors that <see cref="GrpcClientCall.IsTransport"/> knows.</remarks>
internal abstract class ClientExchange : IAsyncDisposable
{
    /// <summary>Gets the answer, which comes with its headers.</summary>
    public abstract Task<ClientAnswer> Answer { get; }

    /// <summary>Waits until the request is on its way and returns what takes its body.</summary>
    public abstract ValueTask<ByteSink> OpenBodyAsync();

    /// <summary>Says that nothing more will be sent.</summary>
    public abstract void CompleteWrites();

    /// <summary>Lets go of the answer, and breaks off what has not ended.</summary>
    public abstract ValueTask DisposeAsync();
}
