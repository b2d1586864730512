using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>Hashes whole rows cheaply, for sums over rows; an on-disk format: ledgers name <see cref="FormatName"/>.</summary>
/// <remarks>
/// <code>
/// row   = seed + Σ (w ^ w >> 32) · k(column), over one canonical word a column, two of text and bytes (mod 2^64)
/// low  += m;  high += (m.low32 + A) · (m.high32 + B),  where m = (row ^ row >> 32) · M, m ^= m >> 29
/// </code>
/// A multiplier is odd, so one changed column always changes the row's hash; the mixing is not linear, so that columns which
/// are exchanged between rows change the sum. Weaker than <see cref="Hash64"/> for tables, and a third of its cost. Words are
/// <see cref="CanonicalWords"/>': a value has one word whatever its layout. Any change of a result needs a new name.
/// </remarks>
public static unsafe class RowHash
{
    /// <summary>Names the function in ledgers.</summary>
    public const string FormatName = "rowhash/1";

    private const int TileRows = 512;
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private const ulong Mixer = 0xD6E8FEB86659FD93;
    private const uint HighA = 0x85EBCA6B;
    private const uint HighB = 0xC2B2AE35;

    private static readonly bool ForceScalar =
        Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") == "scalar";

    /// <summary>Tells whether rows of such columns can be hashed: everything that SQL types are held in.</summary>
    public static bool CanHash(Schema schema)
    {
        foreach (Field field in schema.Fields)
        {
            if (!RowWords.CanRead(field.Type))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sums the hashes of all rows.</summary>
    public static RowSum Sum(ReadOnlySpan<ArrayData> columns, int length)
    {
        ulong* hashes = stackalloc ulong[TileRows];
        ulong* words = stackalloc ulong[2 * TileRows];
        RowSum sum = default;
        for (int start = 0; start < length; start += TileRows)
        {
            int count = Math.Min(TileRows, length - start);
            HashTile(columns, start, count, hashes, words);
            sum += Sum(hashes, count);
        }

        return sum;
    }

    /// <summary>Hashes each row.</summary>
    public static void Hash(ReadOnlySpan<ArrayData> columns, int length, Span<ulong> hashes)
    {
        ulong* words = stackalloc ulong[2 * TileRows];
        fixed (ulong* target = hashes[..length])
        {
            for (int start = 0; start < length; start += TileRows)
            {
                HashTile(columns, start, Math.Min(TileRows, length - start), target + start, words);
            }
        }
    }

    /// <summary>Returns what one row's hash adds to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSum Of(ulong hash)
    {
        ulong m = (hash ^ (hash >> 32)) * Mixer;
        m ^= m >> 29;
        return new RowSum(m, (ulong)((uint)m + HighA) * ((uint)(m >> 32) + HighB));
    }

    /// <summary>Sums hashes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static RowSum Sum(ulong* hashes, int count)
    {
        RowSum sum = default;
        int i = 0;
        if (!ForceScalar && Avx2.IsSupported)
        {
            Vector256<ulong> low = default;
            Vector256<ulong> high = default;
            for (; i + 4 <= count; i += 4)
            {
                Vector256<ulong> h = Vector256.Load(hashes + i);
                Vector256<ulong> m = Multiply(h ^ (h >> 32), Vector256.Create(Mixer));
                m ^= m >> 29;
                low += m;
                high += Avx2.Multiply(
                    m.AsUInt32() + Vector256.Create(HighA), (m >> 32).AsUInt32() + Vector256.Create(HighB));
            }

            sum = new RowSum(Vector256.Sum(low), Vector256.Sum(high));
        }

        for (; i < count; i++)
        {
            sum += Of(hashes[i]);
        }

        return sum;
    }

    /// <summary>Sums the hashes of the rows that bear one tag.</summary>
    /// <param name="hashes">A hash a row.</param>
    /// <param name="tags">A tag a row.</param>
    /// <param name="tag">The wanted one.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="rows">Receives how many bear it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowSum SumWhere(ulong* hashes, byte* tags, byte tag, int count, out long rows)
    {
        RowSum sum = default;
        rows = 0;
        int i = 0;
        if (!ForceScalar && Avx2.IsSupported)
        {
            Vector256<ulong> low = default;
            Vector256<ulong> high = default;
            Vector256<long> others = default;
            Vector256<long> wanted = Vector256.Create((long)tag);
            for (; i + 4 <= count; i += 4)
            {
                Vector256<long> mine = Vector256.Equals(Avx2.ConvertToVector256Int64(tags + i), wanted);
                Vector256<ulong> h = Vector256.Load(hashes + i);
                Vector256<ulong> m = Multiply(h ^ (h >> 32), Vector256.Create(Mixer));
                m ^= m >> 29;
                low += m & mine.AsUInt64();
                high += mine.AsUInt64() & Avx2.Multiply(
                    m.AsUInt32() + Vector256.Create(HighA), (m >> 32).AsUInt32() + Vector256.Create(HighB));
                others += mine;
            }

            sum = new RowSum(Vector256.Sum(low), Vector256.Sum(high));
            rows = -Vector256.Sum(others);
        }

        for (; i < count; i++)
        {
            if (tags[i] == tag)
            {
                sum += Of(hashes[i]);
                rows++;
            }
        }

        return sum;
    }

    /// <summary>Adds one word a row to the rows' hashes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(ulong* hashes, ulong* words, int count, ulong multiplier)
    {
        int i = 0;
        if (!ForceScalar && Avx2.IsSupported)
        {
            Vector256<ulong> k = Vector256.Create(multiplier);
            for (; i + 4 <= count; i += 4)
            {
                Vector256<ulong> w = Vector256.Load(words + i);
                (Vector256.Load(hashes + i) + Multiply(w ^ (w >> 32), k)).Store(hashes + i);
            }
        }

        for (; i < count; i++)
        {
            hashes[i] += (words[i] ^ (words[i] >> 32)) * multiplier;
        }
    }

    /// <summary>Returns the odd multiplier of a column's first or second word.</summary>
    internal static ulong Multiplier(int column, int word) => Hash64.Word(((ulong)column << 1) + (ulong)word) | 1;

    private static void HashTile(ReadOnlySpan<ArrayData> columns, int start, int count, ulong* hashes, ulong* scratch)
    {
        ulong* second = scratch + TileRows;
        new Span<ulong>(hashes, count).Fill(Seed);
        for (int c = 0; c < columns.Length; c++)
        {
            ulong* words = RowWords.Read(columns[c], start, count, scratch, second, out bool isPair);
            Add(hashes, words, count, Multiplier(c, 0));
            if (isPair)
            {
                Add(hashes, second, count, Multiplier(c, 1));
            }
        }
    }

    /// <summary>Multiplies 64-bit lanes out of three products of halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Multiply(Vector256<ulong> left, Vector256<ulong> right)
    {
        Vector256<ulong> low = Avx2.Multiply(left.AsUInt32(), right.AsUInt32());
        Vector256<ulong> cross = Avx2.Multiply((left >> 32).AsUInt32(), right.AsUInt32())
            + Avx2.Multiply(left.AsUInt32(), (right >> 32).AsUInt32());
        return low + (cross << 32);
    }
}
