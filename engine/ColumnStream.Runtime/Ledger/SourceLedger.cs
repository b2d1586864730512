using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Records what one epoch read of one source.</summary>
/// <param name="Uid">Identity of the source node.</param>
/// <param name="Table">The table's name.</param>
/// <param name="MayForget">Whether the source drops splits on its own: files of a folder that is watched.</param>
/// <param name="Splits">The splits that went on; all of them in the first epoch of a run.</param>
public sealed record SourceLedger(string Uid, string Table, bool MayForget, IReadOnlyList<SplitLedger> Splits);
