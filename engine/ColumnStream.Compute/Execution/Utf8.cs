using System;
using System.Text;

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

    /// <summary>Returns the text for a message: quoted, on one line, at most 60 bytes of it.</summary>
    public string Quote()
    {
        const int most = 60;
        var text = new StringBuilder(Encoding.UTF8.GetString(new ReadOnlySpan<byte>(Pointer, Math.Min(Length, most))));
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }

        return $"'{text}{(Length > most ? "…" : string.Empty)}'";
    }
}
