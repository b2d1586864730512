using System.Collections.Generic;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Says what becomes of one state.</summary>
/// <param name="Name">The state now, or the held one where it is dropped.</param>
/// <param name="HeldName">The state in the checkpoint; null where it begins empty.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Rows">Rows in the checkpoint's files, or -1 when they are not known.</param>
/// <param name="Bytes">Bytes of them, or -1.</param>
public sealed record StateUpgrade(string Name, string? HeldName, UpgradeVerdict Verdict, long Rows, long Bytes)
{
    /// <summary>Gets what changes, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets for each column now the held one, -1 where it begins at zero; null where the columns are the same or not known.</summary>
    internal int[]? Sources { get; init; }

    /// <summary>Gets for each column now the bits of the held word that become its bits, or null; of sets that several aggregates share.</summary>
    internal int[]?[]? Bits { get; init; }
}
