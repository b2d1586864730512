namespace ColumnStream.Runtime.Ledger;

/// <summary>Names an object that holds older epochs of a ledger.</summary>
/// <param name="Path">The object.</param>
/// <param name="Sha256">Hash of its bytes.</param>
/// <param name="FirstEpoch">Its first epoch.</param>
/// <param name="LastEpoch">Its last epoch.</param>
public sealed record LedgerArchive(string Path, string Sha256, long FirstEpoch, long LastEpoch);
