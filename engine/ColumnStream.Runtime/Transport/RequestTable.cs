using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Holds what answers the requests of other nodes, by method; what goes wrong is part of the answer.</summary>
internal sealed class RequestTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RequestHandler> _handlers = new(StringComparer.Ordinal);

    public void Add(string method, RequestHandler handler)
    {
        lock (_gate)
        {
            _handlers.Add(method, handler);
        }
    }

    /// <summary>Answers a request.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            (string method, ReadOnlyMemory<byte> payload) = RequestFormat.Read(request);
            RequestHandler? handler;
            lock (_gate)
            {
                _handlers.TryGetValue(method, out handler);
            }

            return handler is null
                ? RequestFormat.WriteFailure(new ExternalException(
                    TransportFailure.RequestCode, $"Node does not know the request: {method}.", retryable: false))
                : RequestFormat.WriteAnswer((await handler(payload, cancellation)).Span);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return RequestFormat.WriteFailure(failure);
        }
    }
}
