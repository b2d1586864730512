using System.Runtime.CompilerServices;

namespace ColumnStream.Connectors;

/// <summary>Draws random words by position: the n-th word depends on seed and n alone, so that any row can be made anew.</summary>
internal static class SplitMix
{
    /// <summary>Distance between the states of neighbouring draws.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Returns draw <paramref name="index"/> of the sequence that begins at <paramref name="seed"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Draw(ulong seed, ulong index) => Mix(seed + (index * Step));

    /// <summary>Scrambles one word; a bijection.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Maps the upper half of <paramref name="word"/> to [0, <paramref name="range"/>), range below 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Below(ulong word, long range) => (long)(((word >> 32) * (ulong)range) >> 32);
}
