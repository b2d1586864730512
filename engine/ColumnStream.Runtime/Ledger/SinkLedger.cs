using System.Collections.Generic;
using ColumnStream.Engine.Integrity;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Records what one epoch wrote to one sink.</summary>
/// <param name="Uid">Identity of the sink node.</param>
/// <param name="Table">The table's name.</param>
/// <param name="Written">Rows that reached the writers since the epoch before, by kind; kinds without rows are left out.</param>
/// <param name="Parts">What the epoch's commit makes visible; null where the sink has not settled that or never says.</param>
/// <param name="TotalRows">Rows of all kinds since the ledger began.</param>
/// <param name="TotalSum">Sum of their hashes, or null without sums.</param>
public sealed record SinkLedger(
    string Uid,
    string Table,
    IReadOnlyList<KindLedger> Written,
    IReadOnlyList<SinkPart>? Parts,
    long TotalRows,
    string? TotalSum);
