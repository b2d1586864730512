using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds one reader's totals.</summary>
internal sealed record SourceCount(
    string Uid, string Table, bool MayForget, IReadOnlyDictionary<string, SplitCount> Splits);
