namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Records where a life of a job began: a savepoint, or an epoch of some folder.</summary>
/// <param name="Address">The folder, so that it is found from any working folder.</param>
/// <param name="Epoch">The epoch; null for a savepoint.</param>
public sealed record RestoreOrigin(string Address, long? Epoch)
{
    /// <summary>Gets the hash of the manifest of a savepoint that the life owns, and removes; null where it owns none.</summary>
    public string? ClaimedManifest { get; init; }
}
