using System.Collections.Generic;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Shows what a job did so far; numbers of running tasks may lag a turn.</summary>
/// <param name="Nodes">One an operator, source and sink, in plan order.</param>
/// <param name="Checkpoints">The checkpoints.</param>
/// <param name="TaskBusyNs">Nanoseconds of all turns.</param>
/// <param name="NativeBytes">Native bytes held now.</param>
/// <param name="PeakNativeBytes">Most native bytes held at once.</param>
public sealed record JobMetrics(
    IReadOnlyList<NodeMetrics> Nodes,
    CheckpointMetrics Checkpoints,
    long TaskBusyNs,
    long NativeBytes,
    long PeakNativeBytes)
{
    /// <summary>Gets the exchanges that lead over a transport, in plan order; empty where elements are handed over.</summary>
    public IReadOnlyList<ExchangeMetrics> Exchanges { get; init; } = [];

    /// <summary>Gets the newest checkpoints, oldest first.</summary>
    public IReadOnlyList<CheckpointRecord> History { get; init; } = [];
}
