namespace ColumnStream.Planner.Changelogs;

/// <summary>Holds the job's options that decide about changes and state.</summary>
/// <param name="IsBatch">Whether the job runs in batch mode.</param>
/// <param name="StateTtlMs">Milliseconds after which state that nothing touched is forgotten, unless a hint says so; 0 keeps it.</param>
/// <param name="IsTwoPhase">Whether aggregations may have a phase before their exchange.</param>
internal sealed record ChangelogOptions(bool IsBatch, long StateTtlMs = 0, bool IsTwoPhase = true)
{
    /// <summary>Gets whether a sink gets a materialiser: none, auto, force.</summary>
    public string Materialize { get; init; } = "auto";

    /// <summary>Gets whether rows go to a sink by its key: none, auto, force.</summary>
    public string KeyedShuffle { get; init; } = "auto";

    /// <summary>Gets whether changelog sources with a key may tell a change twice.</summary>
    public bool HasDuplicates { get; init; }

    /// <summary>Gets whether rows with NULL in a NOT NULL column of a sink are left out; otherwise they fail the job.</summary>
    public bool DropsNulls { get; init; }

    /// <summary>Gets what becomes of text that does not fit a sink's column: ignore, trim_pad, error.</summary>
    public string LengthEnforcer { get; init; } = "ignore";

    /// <summary>Gets what becomes of state that nothing bounds: allow, warn, error.</summary>
    public string Unbounded { get; init; } = "allow";

    /// <summary>Gets whether values that a later change needs must be deterministic.</summary>
    public bool ResolvesNondeterminism { get; init; }

    /// <summary>Gets whether equal sub-plans become one node.</summary>
    public bool ReusesSubPlans { get; init; } = true;
}
