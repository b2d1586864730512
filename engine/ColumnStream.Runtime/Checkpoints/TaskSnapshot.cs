using System.Collections.Generic;
using ColumnStream.Runtime.Ledger;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Names what one subtask held at one barrier.</summary>
/// <param name="Fragment">The fragment.</param>
/// <param name="Subtask">Position among its subtasks.</param>
/// <param name="Parallelism">Number of subtasks then.</param>
/// <param name="Finished">Uids of the nodes whose inputs had ended.</param>
/// <param name="Sources">Positions of sources.</param>
/// <param name="States">Files of states.</param>
/// <param name="Sinks">What sinks prepared.</param>
public sealed record TaskSnapshot(
    int Fragment,
    int Subtask,
    int Parallelism,
    IReadOnlyList<string> Finished,
    IReadOnlyList<SourceSnapshot> Sources,
    IReadOnlyList<StateSnapshot> States,
    IReadOnlyList<SinkSnapshot> Sinks)
{
    /// <summary>Gets how long the task was held up; not part of the record.</summary>
    internal SnapshotTiming Timing { get; init; }

    /// <summary>Gets the task's totals for the ledger, which the coordinator writes; not part of the record.</summary>
    internal TallySnapshot? Tally { get; init; }
}
