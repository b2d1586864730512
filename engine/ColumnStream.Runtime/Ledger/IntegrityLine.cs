namespace ColumnStream.Runtime.Ledger;

/// <summary>Says how one comparison came out.</summary>
/// <param name="Check">What was compared: epochs, checkpoints, source, flow, sink, parts.</param>
/// <param name="Name">Of what: a table, a node.</param>
/// <param name="Epochs">Epochs compared.</param>
/// <param name="Rows">Rows compared, or null where none are.</param>
/// <param name="Sum">Their checksum, or null.</param>
/// <param name="Epoch">The first epoch that differs, or null.</param>
/// <param name="Result">ok, what differs, or why nothing could be compared.</param>
/// <param name="IsOk">Whether nothing differs.</param>
public sealed record IntegrityLine(
    string Check, string Name, long Epochs, long? Rows, string? Sum, long? Epoch, string Result, bool IsOk);
