using System.Collections.Generic;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Says what becomes of an operator's states, a source's positions or a sink's prepared parts.</summary>
/// <param name="Uid">The operator now; of a dropped one, as the checkpoint knows it.</param>
/// <param name="HeldUid">The operator in the checkpoint, or null where it is new.</param>
/// <param name="Kind">The name of its node.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Needs">What somebody has to agree to.</param>
public sealed record OperatorUpgrade(
    string Uid, string? HeldUid, string Kind, string Title, UpgradeVerdict Verdict, UpgradeConsent Needs)
{
    /// <summary>Gets the states.</summary>
    public IReadOnlyList<StateUpgrade> States { get; init; } = [];

    /// <summary>Gets why, and what differs; one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets the rows of all states in the checkpoint's files, or -1.</summary>
    public long Rows { get; init; } = -1;

    /// <summary>Gets the bytes of them, or -1.</summary>
    public long Bytes { get; init; } = -1;

    /// <summary>Gets whether what is held goes on.</summary>
    public bool IsRestored => HeldUid is not null && Verdict is UpgradeVerdict.Keep or UpgradeVerdict.Migrate;

    /// <summary>Returns what becomes of a state, or null.</summary>
    public StateUpgrade? Find(string state)
    {
        foreach (StateUpgrade upgrade in States)
        {
            if (upgrade.Name == state && upgrade.Verdict != UpgradeVerdict.Drop)
            {
                return upgrade;
            }
        }

        return null;
    }

    /// <summary>Tells whether somebody who agreed to <paramref name="consent"/> gets it.</summary>
    public bool IsAllowed(UpgradeConsent consent) => (Needs & ~consent) == 0;
}
