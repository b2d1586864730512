using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Is the integrity ledger as of one epoch: the newest epochs, and where older ones stand.</summary>
/// <param name="RowHash">Name of the hash function of rows.</param>
/// <param name="Archive">The newest object with older epochs, or null.</param>
/// <param name="Tables">The sinks' tables.</param>
/// <param name="Epochs">The newest epochs, this one last.</param>
public sealed record JobLedger(
    string RowHash, LedgerArchive? Archive, IReadOnlyList<LedgerTable> Tables, IReadOnlyList<EpochLedger> Epochs)
{
    /// <summary>The hash function in use.</summary>
    public const string CurrentRowHash = Compute.Kernels.Hash.RowHash.FormatName;
}
