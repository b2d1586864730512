using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Describes one text or bytes value in 16 bytes, as Arrow's view layouts do.</summary>
/// <remarks>
/// <code>
/// length ≤ 12:  | length i32 | 12 bytes inline, zero-padded             |
/// length > 12:  | length i32 | prefix 4 bytes | buffer i32 | offset i32 |
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct StringView : IEquatable<StringView>
{
    /// <summary>Longest value that is stored inside the view.</summary>
    public const int InlineLength = 12;

    /// <summary>Bytes of the value.</summary>
    [FieldOffset(0)]
    public int Length;

    /// <summary>First four bytes, of short and long values alike.</summary>
    [FieldOffset(4)]
    public uint Prefix;

    /// <summary>Which data buffer, for long values.</summary>
    [FieldOffset(8)]
    public int BufferIndex;

    /// <summary>Where in the buffer, for long values.</summary>
    [FieldOffset(12)]
    public int Offset;

    /// <summary>First half of the view as one word: length and prefix.</summary>
    [FieldOffset(0)]
    public ulong Low;

    /// <summary>Second half of the view as one word.</summary>
    [FieldOffset(8)]
    public ulong High;

    /// <summary>Gets whether the bytes are inside the view.</summary>
    public readonly bool IsInline => Length <= InlineLength;

    /// <summary>Compares the 16 bytes: equal values only when both are inline.</summary>
    public static bool operator ==(StringView left, StringView right) => left.Equals(right);

    /// <summary>Compares the 16 bytes.</summary>
    public static bool operator !=(StringView left, StringView right) => !left.Equals(right);

    /// <summary>Makes a view of at most <see cref="InlineLength"/> bytes.</summary>
    public static unsafe StringView Inline(ReadOnlySpan<byte> bytes)
    {
        StringView view = default;
        bytes.CopyTo(new Span<byte>((byte*)&view + 4, InlineLength));
        view.Length = bytes.Length;
        return view;
    }

    /// <summary>Makes a view of <paramref name="length"/> bytes that stand at <paramref name="source"/>.</summary>
    /// <remarks>
    /// Reads up to 12 bytes at the source, so 12 must be readable there; inline values ignore the buffer.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe StringView Create(byte* source, int length, int bufferIndex, int offset)
    {
        StringView view = default;
        if (length <= InlineLength)
        {
            ulong first = Unsafe.ReadUnaligned<ulong>(source);
            uint last = Unsafe.ReadUnaligned<uint>(source + 8);
            first = length >= 8 ? first : first & ((1UL << (length * 8)) - 1);
            last = length <= 8 ? 0 : length == 12 ? last : last & ((1u << ((length - 8) * 8)) - 1);
            view.Low = (uint)length | (first << 32);
            view.High = (first >> 32) | ((ulong)last << 32);
            return view;
        }

        view.Length = length;
        view.Prefix = Unsafe.ReadUnaligned<uint>(source);
        view.BufferIndex = bufferIndex;
        view.Offset = offset;
        return view;
    }

    /// <inheritdoc/>
    public readonly bool Equals(StringView other) => Low == other.Low && High == other.High;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is StringView other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Low, High);
}
