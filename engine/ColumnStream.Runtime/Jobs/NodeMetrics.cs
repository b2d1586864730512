using System.Collections.Generic;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Shows what one plan node did so far, over all its subtasks.</summary>
/// <param name="NodeId">The node's id in the plan.</param>
/// <param name="Uid">The node's identity.</param>
/// <param name="Name">What the node does, as EXPLAIN prints it.</param>
/// <param name="RowsIn">Rows that came.</param>
/// <param name="RowsOut">Rows that left.</param>
/// <param name="BatchesIn">Batches that came.</param>
/// <param name="BatchesOut">Batches that left.</param>
/// <param name="BusyNs">Estimated nanoseconds in the node itself, from every 16th batch.</param>
/// <param name="WatermarkMs">The smallest watermark that left, <see cref="long.MinValue"/> before any.</param>
/// <param name="Counters">Named counters of operators and connectors: <c>lateRows</c>, <c>bytesRead</c>.</param>
public sealed record NodeMetrics(
    int NodeId,
    string Uid,
    string Name,
    long RowsIn,
    long RowsOut,
    long BatchesIn,
    long BatchesOut,
    long BusyNs,
    long WatermarkMs,
    IReadOnlyDictionary<string, long> Counters)
{
    /// <summary>Gets the rows that its states held when they were last counted: every sixteenth batch and at the end.</summary>
    public long StateRows { get; init; }

    /// <summary>Gets the native bytes that its states held then.</summary>
    public long StateBytes { get; init; }

    /// <summary>Gets the nanoseconds of its tasks in which something was to be sent and nobody downstream had room.</summary>
    public long HeldNs { get; init; }

    /// <summary>Gets the number of its tasks.</summary>
    public int Tasks { get; init; }

    /// <summary>Gets the bytes of state that are on local disk only, beside <see cref="StateBytes"/>.</summary>
    public long StateSpilledBytes { get; init; }
}
