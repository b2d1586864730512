using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>Mixes canonical values into 64 bits; an on-disk format: manifests name <see cref="FormatName"/>.</summary>
/// <remarks>
/// Integers, temporals, booleans and decimals that fit are one sign-extended 64-bit word; wider decimals two words;
/// −0.0 is 0.0 and there is one NaN; text and bytes are their bytes, whatever the layout. The vector and scalar forms
/// are equal bit for bit. Any change of a result here needs a new format name.
/// </remarks>
public static unsafe class Hash64
{
    /// <summary>Names the function in manifests.</summary>
    public const string FormatName = "hash64/1";

    /// <summary>Hash of NULL.</summary>
    public const ulong Null = 0x9D39247E33776D41;

    /// <summary>Hash of no columns at all.</summary>
    public const ulong Empty = 0x2AF7398005AAA5C7;

    private const ulong Seed = 0x243F6A8885A308D3;
    private const ulong Multiplier1 = 0xBF58476D1CE4E5B9;
    private const ulong Multiplier2 = 0x94D049BB133111EB;
    private const ulong Secret1 = 0xA0761D6478BD642F;
    private const ulong Secret2 = 0xE7037ED1A0B428DB;

    private static readonly bool ForceScalar =
        Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") == "scalar";

    /// <summary>Hashes one canonical word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ulong value)
    {
        ulong x = value + Seed;
        x = (x ^ (x >> 30)) * Multiplier1;
        x = (x ^ (x >> 27)) * Multiplier2;
        return x ^ (x >> 31);
    }

    /// <summary>Hashes a 128-bit integer; one that fits in 64 bits hashes as its word.</summary>
    public static ulong Wide(Int128 value)
    {
        ulong low = (ulong)value;
        ulong high = (ulong)(value >> 64);
        return high == (ulong)((long)low >> 63) ? Word(low) : Word(Word(low) ^ high);
    }

    /// <summary>Hashes bytes.</summary>
    public static ulong Bytes(byte* data, int length)
    {
        if (length <= 12)
        {
            ulong first = 0;
            ulong second = 0;
            Unsafe.CopyBlockUnaligned(&first, data, (uint)Math.Min(length, 8));
            if (length > 8)
            {
                Unsafe.CopyBlockUnaligned(&second, data + 8, (uint)(length - 8));
            }

            return Short(length, first, second);
        }

        ulong hash = Seed ^ (ulong)length;
        int i = 0;
        for (; i + 16 <= length; i += 16)
        {
            hash = Fold(Load(data + i) ^ Secret1, Load(data + i + 8) ^ hash);
        }

        if (i < length)
        {
            // The tail overlaps what was read; 13 to 15 bytes alone are read as two words that overlap.
            byte* tail = length >= 16 ? data + length - 16 : data;
            hash = Fold(Load(tail) ^ Secret2, Load(data + length - 8) ^ hash);
        }

        return Word(hash);
    }

    /// <summary>Hashes at most 12 bytes that stand zero-padded in two words, as inline views hold them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Short(int length, ulong first, ulong second) =>
        Word(Fold(first ^ Secret1, second ^ ((ulong)(uint)length << 32) ^ Secret2));

    /// <summary>Adds one more column's hash to a row's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong hash, ulong next) => Word(BitOperations.RotateLeft(hash, 25) ^ next);

    /// <summary>Hashes words; source and target may be the same.</summary>
    internal static void Words(ulong* values, int count, ulong* hashes)
    {
        int done = 0;
        if (!ForceScalar && Vector512.IsHardwareAccelerated)
        {
            done = Words512(values, count, hashes);
        }
        else if (!ForceScalar && Vector256.IsHardwareAccelerated)
        {
            done = Words256(values, count, hashes);
        }

        WordsScalar(values + done, count - done, hashes + done);
    }

    /// <summary>Adds one more column's hashes to rows'.</summary>
    internal static void Combine(ulong* hashes, ulong* next, int count)
    {
        int done = 0;
        if (!ForceScalar && Vector512.IsHardwareAccelerated)
        {
            done = Combine512(hashes, next, count);
        }

        CombineScalar(hashes + done, next + done, count - done);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WordsScalar(ulong* values, int count, ulong* hashes)
    {
        for (int i = 0; i < count; i++)
        {
            hashes[i] = Word(values[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Words512(ulong* values, int count, ulong* hashes)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector512<ulong> x = Vector512.Load(values + i) + Vector512.Create(Seed);
            x = (x ^ (x >> 30)) * Vector512.Create(Multiplier1);
            x = (x ^ (x >> 27)) * Vector512.Create(Multiplier2);
            (x ^ (x >> 31)).Store(hashes + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Words256(ulong* values, int count, ulong* hashes)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            Vector256<ulong> x = Vector256.Load(values + i) + Vector256.Create(Seed);
            x = (x ^ (x >> 30)) * Vector256.Create(Multiplier1);
            x = (x ^ (x >> 27)) * Vector256.Create(Multiplier2);
            (x ^ (x >> 31)).Store(hashes + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CombineScalar(ulong* hashes, ulong* next, int count)
    {
        for (int i = 0; i < count; i++)
        {
            hashes[i] = Combine(hashes[i], next[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Combine512(ulong* hashes, ulong* next, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector512<ulong> h = Vector512.Load(hashes + i);
            Vector512<ulong> x = ((h << 25) | (h >> 39)) ^ Vector512.Load(next + i);
            x += Vector512.Create(Seed);
            x = (x ^ (x >> 30)) * Vector512.Create(Multiplier1);
            x = (x ^ (x >> 27)) * Vector512.Create(Multiplier2);
            (x ^ (x >> 31)).Store(hashes + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(byte* data) => Unsafe.ReadUnaligned<ulong>(data);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
