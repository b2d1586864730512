using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Runtime.Upgrades;

namespace ColumnStream.Tests.Runtime.Upgrades;

/// <summary>Is an edit of a query: a script, what it becomes, the rows fed before and after, and what stands in the sinks at the end.</summary>
internal sealed class UpgradeScript
{
    public UpgradeScript(string folder)
    {
        Folder = folder;
        Old = File.ReadAllText(Path.Combine(folder, "old.sql"));
        New = File.ReadAllText(Path.Combine(folder, "new.sql"));
        string consent = Notes(New, "consent: ").FirstOrDefault(string.Empty);
        Consent = (consent.Contains("drop", StringComparison.Ordinal) ? UpgradeConsent.DropState : UpgradeConsent.None)
            | (consent.Contains("partial", StringComparison.Ordinal) ? UpgradeConsent.PartialHistory : UpgradeConsent.None);
    }

    public string Folder { get; }

    public string Old { get; }

    public string New { get; }

    /// <summary>Gets what has to be agreed to; without it the restore is refused.</summary>
    public UpgradeConsent Consent { get; }

    /// <summary>Gets whether nobody can agree.</summary>
    public bool IsRefused => New.Contains("-- refused", StringComparison.Ordinal);

    /// <summary>Gets whether the sinks end as if the new statements had run from the first row on.</summary>
    public bool IsLikeNeverInterrupted => New.Contains("-- like never interrupted", StringComparison.Ordinal);

    /// <summary>Gets the rules that the new statements are planned without.</summary>
    public string[] WithoutRules => Notes(New, "without rules: ").SelectMany(line => line.Split(' ')).ToArray();

    /// <summary>Returns table and text of each line of a kind.</summary>
    public static IEnumerable<(string Table, string Text)> Lines(string script, string kind) => Notes(script, kind + " ").Select(line =>
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return (line[..colon], line[(colon + 2)..]);
    });

    /// <summary>Returns how many first columns of a sink tell its rows apart.</summary>
    public int KeyOf(string table) =>
        Notes(New, $"key {table} ").Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault(1);

    private static IEnumerable<string> Notes(string script, string kind) => script.Split('\n')
        .Where(line => line.StartsWith("-- " + kind, StringComparison.Ordinal)).Select(line => line[(3 + kind.Length)..].Trim());
}
