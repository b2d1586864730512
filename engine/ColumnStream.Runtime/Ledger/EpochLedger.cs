using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Records what went in and out between one claimed epoch and the next.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="ParentEpoch">The claimed epoch before, or the one restored from; 0 at the start.</param>
/// <param name="Generation">The run.</param>
/// <param name="IsFirst">Whether it is the first of its run: positions are those that readers took up.</param>
/// <param name="IsExact">Whether barriers cut all channels at one place, so that rows sent are rows that came.</param>
/// <param name="IsFinal">Whether all inputs had ended.</param>
/// <param name="Sources">The sources.</param>
/// <param name="Nodes">Nodes that rows passed.</param>
/// <param name="Sinks">The sinks.</param>
public sealed record EpochLedger(
    long Epoch,
    long ParentEpoch,
    long Generation,
    bool IsFirst,
    bool IsExact,
    bool IsFinal,
    IReadOnlyList<SourceLedger> Sources,
    IReadOnlyList<NodeLedger> Nodes,
    IReadOnlyList<SinkLedger> Sinks);
