using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Answers a request of another node; an error that it throws becomes the answer.</summary>
/// <param name="payload">The question's bytes.</param>
/// <param name="cancellation">Whoever asked is gone, or does not wait any more.</param>
public delegate ValueTask<ReadOnlyMemory<byte>> RequestHandler(ReadOnlyMemory<byte> payload, CancellationToken cancellation);
