using System;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Writes bytes as lower-case hexadecimal.</summary>
internal static class HexText
{
    public static Utf8 Copy(Frame frame, ReadOnlySpan<byte> bytes)
    {
        Span<byte> text = stackalloc byte[bytes.Length * 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i * 2] = "0123456789abcdef"u8[bytes[i] >> 4];
            text[(i * 2) + 1] = "0123456789abcdef"u8[bytes[i] & 15];
        }

        return frame.Copy(text);
    }
}
