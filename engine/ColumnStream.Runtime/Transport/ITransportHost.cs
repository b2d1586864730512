using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Takes what a transport's listener receives; callable from any thread.</summary>
public interface ITransportHost
{
    /// <summary>Takes a link that another node opened and returns what is told of its messages.</summary>
    ILinkHandler Accept(TransportLink link);

    /// <summary>Answers a request; what goes wrong is part of the answer.</summary>
    ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation);
}
