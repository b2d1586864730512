using System;

namespace ColumnStream.Runtime.Transport;

/// <summary>Orders the attempts at one job: whoever has a lower one than was seen is refused everywhere.</summary>
/// <param name="Generation">The job's generation, higher with every deployment.</param>
/// <param name="Attempt">The attempt within it.</param>
public readonly record struct FencingToken(long Generation, long Attempt) : IComparable<FencingToken>
{
    /// <summary>Says whether the left one is the older.</summary>
    public static bool operator <(FencingToken left, FencingToken right) => left.CompareTo(right) < 0;

    /// <summary>Says whether the left one is the newer.</summary>
    public static bool operator >(FencingToken left, FencingToken right) => left.CompareTo(right) > 0;

    /// <summary>Says whether the left one is not newer.</summary>
    public static bool operator <=(FencingToken left, FencingToken right) => left.CompareTo(right) <= 0;

    /// <summary>Says whether the left one is not older.</summary>
    public static bool operator >=(FencingToken left, FencingToken right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(FencingToken other) =>
        Generation != other.Generation ? Generation.CompareTo(other.Generation) : Attempt.CompareTo(other.Attempt);

    /// <inheritdoc/>
    public override string ToString() => $"{Generation}.{Attempt}";
}
