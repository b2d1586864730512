namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Records one run of a job; the highest one owns the folder.</summary>
/// <param name="Number">Ascending.</param>
/// <param name="Nonce">Names this run.</param>
/// <param name="FirstEpoch">Epochs below belong to earlier lives that this one does not continue; 0 when it does.</param>
public sealed record Generation(long Number, string Nonce, long FirstEpoch)
{
    /// <summary>Gets the name of the first run that the folder ever had, or null where this is it: epochs ascend under it.</summary>
    public string? Lineage { get; init; }

    /// <summary>Gets the run that began this life: what earlier ones claim belongs to another. 0 in records of earlier versions.</summary>
    public long Life { get; init; }

    /// <summary>Gets what the life began from, until it has an epoch of its own; null where it began from nothing.</summary>
    public RestoreOrigin? RestoredFrom { get; init; }
}
