using System;
using System.Buffers;

namespace ColumnStream.Arrow.Memory;

/// <summary>Shows native memory to code that wants <see cref="Memory{T}"/>: sockets and streams.</summary>
/// <remarks>Owns nothing: whoever points it somewhere keeps the bytes alive until the last use of the memory ended.</remarks>
public sealed unsafe class MemoryWindow : MemoryManager<byte>
{
    private byte* _pointer;
    private int _length;

    /// <summary>
    /// Points at <paramref name="length"/> bytes and returns them; memory that was given out before must not be used.
    /// </summary>
    public Memory<byte> Point(byte* pointer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _pointer = pointer;
        _length = length;
        return Memory;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_pointer, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return new MemoryHandle(_pointer + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
