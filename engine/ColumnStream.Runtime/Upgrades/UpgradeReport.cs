using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Says for every operator what a restore does; a restore does exactly this.</summary>
/// <param name="Operators">In the order of the plan, then those that it has no place for.</param>
/// <param name="IsMeasured">Whether rows and bytes come from a checkpoint.</param>
public sealed record UpgradeReport(IReadOnlyList<OperatorUpgrade> Operators, bool IsMeasured)
{
    private readonly Dictionary<string, OperatorUpgrade> _byUid = Index(Operators);

    /// <summary>Tells whether somebody who agreed to <paramref name="consent"/> gets the whole.</summary>
    public bool IsAllowed(UpgradeConsent consent)
    {
        foreach (OperatorUpgrade upgrade in Operators)
        {
            if (!upgrade.IsAllowed(consent))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns what becomes of an operator of the plan, or null where it keeps nothing.</summary>
    public OperatorUpgrade? Find(string uid) => _byUid.GetValueOrDefault(uid);

    /// <summary>Refuses what nobody agreed to.</summary>
    /// <exception cref="UserException">Something is refused.</exception>
    public void Require(UpgradeConsent consent)
    {
        if (IsAllowed(consent))
        {
            return;
        }

        var text = new StringBuilder("Checkpoint does not fit the statements; nothing was started or stopped.");
        var missing = UpgradeConsent.None;
        foreach (OperatorUpgrade upgrade in Operators)
        {
            if (upgrade.IsAllowed(consent))
            {
                continue;
            }

            missing |= upgrade.Needs & ~consent;
            text.Append("\n  ").Append(upgrade.Title).Append(" (").Append(upgrade.HeldUid ?? upgrade.Uid).Append(')');
            foreach (string note in upgrade.Notes)
            {
                text.Append("\n    ").Append(note);
            }
        }

        text.Append("\n  ").Append(NextStep(missing));
        throw new UserException(3120, text.ToString());
    }

    /// <summary>Says what to do about a missing consent.</summary>
    public static string NextStep(UpgradeConsent missing) => missing.HasFlag(UpgradeConsent.Never)
        ? "No option allows this: restore with the former statements, or begin anew with --restore none."
        : missing switch
        {
            UpgradeConsent.DropState =>
                "To drop that state: --allow-non-restored-state (execution.state-recovery.ignore-unclaimed-state).",
            UpgradeConsent.PartialHistory =>
                "To begin them at the checkpoint: --allow-partial-history (execution.state-recovery.allow-partial-history).",
            _ => "To drop that state and begin new columns at the checkpoint: "
                + "--allow-non-restored-state and --allow-partial-history.",
        };

    private static Dictionary<string, OperatorUpgrade> Index(IReadOnlyList<OperatorUpgrade> operators)
    {
        var index = new Dictionary<string, OperatorUpgrade>(StringComparer.Ordinal);
        foreach (OperatorUpgrade upgrade in operators)
        {
            if (upgrade.Verdict != UpgradeVerdict.Drop)
            {
                index[upgrade.Uid] = upgrade;
            }
        }

        return index;
    }
}
