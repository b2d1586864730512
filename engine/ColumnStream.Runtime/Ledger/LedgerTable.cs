namespace ColumnStream.Runtime.Ledger;

/// <summary>Says what a sink writes to, so that it can be read back without the job's statements.</summary>
/// <param name="Uid">Identity of the sink node.</param>
/// <param name="Table">The table, as plans hold it, without the values of secret options.</param>
public sealed record LedgerTable(string Uid, string Table);
