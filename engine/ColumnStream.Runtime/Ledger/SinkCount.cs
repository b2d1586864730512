using System.Collections.Generic;
using ColumnStream.Engine.Integrity;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds one writer's totals, and the parts that no claimed epoch names yet.</summary>
internal sealed record SinkCount(
    string Uid, bool HasSums, IReadOnlyList<SinkKindCount> Kinds, IReadOnlyList<SinkPart>? Parts);
