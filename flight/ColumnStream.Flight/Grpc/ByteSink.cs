using System;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Takes a body's bytes: few of them into a buffer, many of them from where they stand.</summary>
/// <remarks>One writer. A returned task is the other side's back-pressure; bytes are borrowed until it completes.</remarks>
internal abstract class ByteSink
{
    /// <summary>Copies a few bytes, at most 64 KiB.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Takes bytes of any number behind what was appended.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Sends all that was taken.</summary>
    public abstract ValueTask FlushAsync();
}
