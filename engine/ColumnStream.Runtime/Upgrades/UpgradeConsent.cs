using System;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Names what somebody agrees to, or has to agree to, before a changed query goes on from a checkpoint.</summary>
[Flags]
public enum UpgradeConsent : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>State that has no place is dropped: <c>execution.state-recovery.ignore-unclaimed-state</c>.</summary>
    DropState = 1,

    /// <summary>A new aggregate of a kept group knows rows from the checkpoint on only: <c>execution.state-recovery.allow-partial-history</c>.</summary>
    PartialHistory = 2,

    /// <summary>Nobody can agree: answers would be wrong.</summary>
    Never = 4,
}
