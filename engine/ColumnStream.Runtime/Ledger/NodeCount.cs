using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds one node's totals in one task.</summary>
internal sealed record NodeCount(long RowsIn, long RowsOut, IReadOnlyDictionary<string, long>? Dropped);
