using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Memory;

/// <summary>Reads and writes packed bits, least significant bit first, as validity and booleans are stored.</summary>
public static unsafe class Bitmap
{
    /// <summary>Returns the bytes that hold <paramref name="bits"/> bits, rounded up to 64 for whole vectors.</summary>
    public static long ByteCount(long bits) => ((bits + 511) >> 9) << 6;

    /// <summary>Reads bit <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Get(byte* bits, long index) => (bits[index >> 3] >> (int)(index & 7) & 1) != 0;

    /// <summary>Sets bit <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(byte* bits, long index) => bits[index >> 3] |= (byte)(1 << (int)(index & 7));

    /// <summary>Clears bit <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(byte* bits, long index) => bits[index >> 3] &= (byte)~(1 << (int)(index & 7));

    /// <summary>Writes bit <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* bits, long index, bool value)
    {
        int shift = (int)(index & 7);
        bits[index >> 3] = (byte)((bits[index >> 3] & ~(1 << shift)) | ((value ? 1 : 0) << shift));
    }

    /// <summary>Counts the set bits among the first <paramref name="length"/>.</summary>
    public static int Count(byte* bits, int length)
    {
        int count = 0;
        int i = 0;
        for (; i + 64 <= length; i += 64)
        {
            count += BitOperations.PopCount(Unsafe.ReadUnaligned<ulong>(bits + (i >> 3)));
        }

        for (; i < length; i++)
        {
            count += bits[i >> 3] >> (i & 7) & 1;
        }

        return count;
    }

    /// <summary>Sets the first <paramref name="length"/> bits and clears the rest of the last byte.</summary>
    public static void Fill(byte* bits, int length)
    {
        NativeMemory.Fill(bits, (nuint)(length >> 3), 0xFF);
        if ((length & 7) != 0)
        {
            bits[length >> 3] = (byte)((1 << (length & 7)) - 1);
        }
    }

    /// <summary>
    /// Copies <paramref name="length"/> bits that begin at bit <paramref name="sourceBit"/> to bit 0 of the target.
    /// </summary>
    /// <remarks>Bits behind the last one in its byte are cleared. The regions must not overlap.</remarks>
    public static void Copy(byte* source, long sourceBit, byte* target, int length)
    {
        source += sourceBit >> 3;
        int shift = (int)(sourceBit & 7);
        int bytes = (length + 7) >> 3;
        if (shift == 0)
        {
            Buffer.MemoryCopy(source, target, bytes, bytes);
        }
        else
        {
            int lastSource = (shift + length - 1) >> 3;
            int i = 0;
            for (; i + 8 <= lastSource; i += 8)
            {
                ulong low = Unsafe.ReadUnaligned<ulong>(source + i) >> shift;
                Unsafe.WriteUnaligned(target + i, low | ((ulong)source[i + 8] << (64 - shift)));
            }

            for (; i < bytes; i++)
            {
                int high = i + 1 <= lastSource ? source[i + 1] << (8 - shift) : 0;
                target[i] = (byte)((source[i] >> shift) | high);
            }
        }

        if ((length & 7) != 0)
        {
            target[bytes - 1] &= (byte)((1 << (length & 7)) - 1);
        }
    }

    /// <summary>
    /// Appends <paramref name="length"/> bits from bit 0 of <paramref name="source"/>, or as many ones when it is null.
    /// </summary>
    /// <remarks>
    /// Bits behind <paramref name="targetBit"/> in its byte must be zero; those behind the last one in its byte become zero.
    /// Nothing is written behind the last byte.
    /// </remarks>
    public static void Append(byte* target, long targetBit, byte* source, int length)
    {
        target += targetBit >> 3;
        int shift = (int)(targetBit & 7);
        int i = 0;

        // A word of source bits fills up the byte that is begun and begins the ninth one, which exists when bits are left.
        for (; i <= length - 72; i += 64, target += 8)
        {
            ulong word = source is null ? ulong.MaxValue : Unsafe.ReadUnaligned<ulong>(source + (i >> 3));
            ulong begun = (ulong)(*target & ((1 << shift) - 1));
            Unsafe.WriteUnaligned(target, begun | (word << shift));
            target[8] = (byte)(shift == 0 ? 0 : word >> (64 - shift));
        }

        for (; i < length; i += 8, target++)
        {
            int bits = source is null ? 0xFF : source[i >> 3];
            int count = Math.Min(8, length - i);
            bits &= (1 << count) - 1;
            *target = (byte)((*target & ((1 << shift) - 1)) | (bits << shift));
            if (shift + count > 8)
            {
                target[1] = (byte)(bits >> (8 - shift));
            }
        }
    }
}
