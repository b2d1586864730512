using System;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Points at the bytes of one text or bytes value and knows where they live, so that parts of it need no copy.
/// </summary>
/// <remarks>
/// Larger than 16 bytes on purpose: the place of the bytes travels with them. Valid while the tile runs.
/// </remarks>
internal readonly unsafe struct Utf8(byte* pointer, int length, int buffer, int offset)
{
    /// <summary>The first byte; 12 bytes are readable here.</summary>
    public readonly byte* Pointer = pointer;

    public readonly int Length = length;

    /// <summary>Index in the frame's buffer table, or -1 for bytes inside a view.</summary>
    public readonly int Buffer = buffer;

    /// <summary>Offset in that buffer.</summary>
    public readonly int Offset = offset;

    public ReadOnlySpan<byte> Span => new(Pointer, Length);

    public byte this[int index] => Pointer[index];

    /// <summary>Returns bytes [start, start + length) without copying.</summary>
    public Utf8 Slice(int start, int length) => new(Pointer + start, length, Buffer, Offset + start);
}
