using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds one task's totals since its run began, as of a barrier.</summary>
internal sealed record TallySnapshot(
    IReadOnlyList<SourceCount> Sources, IReadOnlyDictionary<int, NodeCount> Nodes, IReadOnlyList<SinkCount> Sinks);
