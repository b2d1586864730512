using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Compute.Execution;

/// <summary>Finds bytes in text: 32 places at a time are tried by the first and the last byte of what is looked for.</summary>
internal static unsafe class ByteSearch
{
    /// <summary>Returns where <paramref name="part"/> begins first, or -1; 32 bytes behind the text are readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(byte* text, int length, ReadOnlySpan<byte> part)
    {
        int last = part.Length - 1;
        int places = length - last;
        if (last < 1 || !Vector256.IsHardwareAccelerated)
        {
            return new ReadOnlySpan<byte>(text, length).IndexOf(part);
        }

        Vector256<byte> head = Vector256.Create(part[0]);
        Vector256<byte> tail = Vector256.Create(part[last]);
        for (int at = 0; at < places; at += Vector256<byte>.Count)
        {
            Vector256<byte> both = Vector256.Equals(Vector256.Load(text + at), head)
                & Vector256.Equals(Vector256.Load(text + at + last), tail);
            for (uint bits = both.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                int place = at + BitOperations.TrailingZeroCount(bits);
                if (place >= places)
                {
                    return -1;
                }

                if (new ReadOnlySpan<byte>(text + place + 1, last - 1).SequenceEqual(part[1..last]))
                {
                    return place;
                }
            }
        }

        return -1;
    }
}
