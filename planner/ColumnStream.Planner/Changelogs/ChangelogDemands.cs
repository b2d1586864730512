using System.Collections.Generic;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Collects what inference finds to be missing in a plan, which is then lowered once more with it.</summary>
internal sealed class ChangelogDemands
{
    private readonly HashSet<(string Uid, string What)> _demands = [];

    /// <summary>Gets the number of demands.</summary>
    public int Count => _demands.Count;

    /// <summary>Asks for full rows behind a source that gives changes by key.</summary>
    public void Normalize(string source) => _demands.Add((source, "normalize"));

    /// <summary>Asks for changes by key before a sink.</summary>
    public void DropOld(string sink) => _demands.Add((sink, "drop old"));

    /// <summary>Asks for the rows that came out of a lookup to be kept, so that they can be taken back as they were.</summary>
    public void KeepLookups(string join) => _demands.Add((join, "keep lookups"));

    /// <summary>Tells whether rows that came out of a lookup must be kept.</summary>
    public bool KeepsLookups(string join) => _demands.Contains((join, "keep lookups"));

    /// <summary>Asks for the values that a projection or condition gave to be kept, so that they are the same when a row goes.</summary>
    public void Remember(string node) => _demands.Add((node, "remember"));

    /// <summary>Tells whether what a projection or condition gave must be kept.</summary>
    public bool Remembers(string node) => _demands.Contains((node, "remember"));

    /// <summary>Tells whether a source must be normalised.</summary>
    public bool Normalizes(string source) => _demands.Contains((source, "normalize"));

    /// <summary>Tells whether a sink must get changes by key.</summary>
    public bool DropsOld(string sink) => _demands.Contains((sink, "drop old"));
}
