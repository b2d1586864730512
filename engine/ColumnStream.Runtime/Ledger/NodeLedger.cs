using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Records the rows that passed one node in one epoch.</summary>
/// <param name="Uid">Identity of the node.</param>
/// <param name="RowsSent">Rows that its inputs sent to it, over whatever channels.</param>
/// <param name="RowsIn">Rows that came.</param>
/// <param name="RowsOut">Rows that left.</param>
/// <param name="Dropped">Rows left out on purpose, by counter: lateRows, parseErrors; null when none.</param>
public sealed record NodeLedger(
    string Uid, long RowsSent, long RowsIn, long RowsOut, IReadOnlyDictionary<string, long>? Dropped);
