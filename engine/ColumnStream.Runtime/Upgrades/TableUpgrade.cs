using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Holds the tables of sources and sinks against those of a checkpoint.</summary>
internal static class TableUpgrade
{
    private const string Option = "option ";

    /// <summary>Parts of the keys of options that say how a table is read or written, not which rows it has.</summary>
    private static readonly string[] s_harmless =
    [
        "rows-per-second", "parse-errors", "ignore-parse-errors", "monitor", "interval", "batch", "buffer", "timeout", "idle",
        "retry", "retries", "parallelism", "lookup.", "sink.", "cache", "standard-error", "print-identifier", "number-of-rows",
    ];

    /// <summary>Tells what has to be agreed to for a source: positions mean nothing in another input.</summary>
    public static UpgradeConsent CheckSource(HeldOperator held, OperatorRecord wanted, List<string> notes)
    {
        List<string> changes = Changes(held, wanted);
        if (changes.Count == 0)
        {
            return UpgradeConsent.None;
        }

        notes.AddRange(changes);
        notes.Add("Positions are of the former input: the new one is read from its start, and what was read before stays counted.");
        return UpgradeConsent.DropState;
    }

    /// <summary>Tells what has to be agreed to for a sink: parts that were prepared are committed by those who prepared them.</summary>
    public static UpgradeConsent CheckSink(HeldOperator held, OperatorRecord wanted, List<string> notes)
    {
        List<string> changes = Changes(held, wanted);
        notes.AddRange(changes);
        if (changes.Count == 0 || !held.HasUncommitted)
        {
            return UpgradeConsent.None;
        }

        notes.Add("Parts that it prepared are not known to be committed: restore once with the former statements, or lose them.");
        return UpgradeConsent.DropState;
    }

    private static List<string> Changes(HeldOperator held, OperatorRecord wanted)
    {
        var changes = new List<string>();
        if (!held.IsDescribed)
        {
            return changes;
        }

        var labels = new SortedSet<string>(held.Record.Facts.Keys, StringComparer.Ordinal);
        labels.UnionWith(wanted.Facts.Keys);
        foreach (string label in labels)
        {
            string before = held.Record.Facts.TryGetValue(label, out string? text) ? $"'{text}'" : "not set";
            string now = wanted.Facts.TryGetValue(label, out text) ? $"'{text}'" : "not set";
            if (before != now && label != "option connector" && !IsHarmless(label))
            {
                string name = label.StartsWith(Option, StringComparison.Ordinal) ? $"Option '{label[Option.Length..]}'"
                    : $"{char.ToUpperInvariant(label[0])}{label[1..]}";
                changes.Add($"{name} was {before} and is {now}.");
            }
        }

        return changes;
    }

    private static bool IsHarmless(string label)
    {
        foreach (string part in s_harmless)
        {
            if (label.StartsWith(Option, StringComparison.Ordinal) && label.Contains(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
