using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds one split's totals: from where the reader took it up to where it stands.</summary>
internal sealed record SplitCount(string? From, string? To, long Rows, RowSum Sum, bool HasSum, long? Expected);
