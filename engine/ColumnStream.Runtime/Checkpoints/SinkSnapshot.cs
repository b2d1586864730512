using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Names what one sink writer prepared and nobody claimed before.</summary>
/// <param name="Uid">Identity of the sink node.</param>
/// <param name="Committables">In the sink's own words.</param>
public sealed record SinkSnapshot(string Uid, IReadOnlyList<string> Committables);
