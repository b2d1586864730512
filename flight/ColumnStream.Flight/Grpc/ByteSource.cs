using System;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Delivers a body's bytes as they arrive, without asking for more than a reader needs.</summary>
/// <remarks>One reader. An end in the middle of what is asked for is the caller's to judge.</remarks>
internal abstract class ByteSource
{
    /// <summary>Waits until <paramref name="count"/> bytes, at most 64, can be looked at; false when the end came before.</summary>
    public abstract ValueTask<bool> FillAsync(int count);

    /// <summary>Copies what has arrived, at most the target's length, without consuming it; returns the bytes.</summary>
    public abstract int Peek(Span<byte> target);

    /// <summary>Consumes bytes that were looked at.</summary>
    public abstract void Skip(int count);

    /// <summary>Fills the target; returns fewer bytes only at the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> target);
}
