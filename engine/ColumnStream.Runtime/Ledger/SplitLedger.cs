namespace ColumnStream.Runtime.Ledger;

/// <summary>Records what one epoch read of one split.</summary>
/// <param name="Split">The split's identity; empty where the reader does not say which split a batch is of.</param>
/// <param name="From">Position behind which reading went on: the reader's own, behind a restore; null from the beginning.</param>
/// <param name="To">Position at the barrier; null when the reader forgot the split.</param>
/// <param name="Rows">Rows that left the reader.</param>
/// <param name="Sum">Sum of their hashes, or null without sums.</param>
/// <param name="Expected">Rows that lie between the positions, where the source can tell.</param>
public sealed record SplitLedger(string Split, string? From, string? To, long Rows, string? Sum, long? Expected);
