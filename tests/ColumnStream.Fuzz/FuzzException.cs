using System;

namespace ColumnStream.Fuzz;

/// <summary>Says that one case broke a promise of its target.</summary>
public sealed class FuzzException(int seed, int caseIndex, string message, Exception? cause)
    : Exception($"{message} Seed {seed}, case {caseIndex}.", cause)
{
    public int Seed { get; } = seed;

    public int Case { get; } = caseIndex;
}
