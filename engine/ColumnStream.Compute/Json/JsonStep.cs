namespace ColumnStream.Compute.Json;

/// <summary>Is one step of a path.</summary>
/// <param name="Kind">What it selects.</param>
/// <param name="Names">The names of Member and Members, in UTF-8.</param>
/// <param name="Indexes">The positions of Index and Indexes.</param>
/// <param name="From">First position of a slice, or null.</param>
/// <param name="To">Position behind the last of a slice, or null.</param>
/// <param name="Filter">The condition of Filter.</param>
internal sealed record JsonStep(
    JsonStepKind Kind,
    byte[][] Names,
    int[] Indexes,
    int? From = null,
    int? To = null,
    JsonFilter? Filter = null)
{
    /// <summary>Gets or sets whether all steps before it select one value at most.</summary>
    public bool IsUpstreamDefinite { get; set; } = true;

    /// <summary>Gets or sets whether it is the last one.</summary>
    public bool IsLast { get; set; }

    /// <summary>Gets whether it selects one value at most.</summary>
    public bool IsDefinite =>
        Kind is JsonStepKind.Member or JsonStepKind.Index or JsonStepKind.Length || (Kind == JsonStepKind.Members && IsLast);
}
