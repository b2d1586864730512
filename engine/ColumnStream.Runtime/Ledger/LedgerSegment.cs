using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds some epochs of a ledger in an object of their own.</summary>
/// <param name="Before">The object with the epochs before, or null.</param>
/// <param name="Epochs">The epochs, oldest first.</param>
public sealed record LedgerSegment(LedgerArchive? Before, IReadOnlyList<EpochLedger> Epochs);
