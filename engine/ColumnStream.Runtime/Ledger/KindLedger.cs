namespace ColumnStream.Runtime.Ledger;

/// <summary>Records rows of one kind that reached a sink's writers.</summary>
/// <param name="Kind">The kind: +I, -U, +U, -D.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Sum">Sum of their hashes, or null without sums.</param>
public sealed record KindLedger(string Kind, long Rows, string? Sum);
