using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds a writer's totals of one row kind.</summary>
internal readonly record struct SinkKindCount(long Rows, RowSum Sum);
