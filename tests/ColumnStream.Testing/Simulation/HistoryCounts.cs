using System;
using System.Collections.Generic;

namespace ColumnStream.Testing.Simulation;

/// <summary>Counts what happened in a history.</summary>
public sealed class HistoryCounts
{
    /// <summary>Gets the number of processes.</summary>
    public int Processes { get; internal set; }

    /// <summary>Gets the number of processes that were killed.</summary>
    public int Kills { get; internal set; }

    /// <summary>Gets how many went on beside a later one.</summary>
    public int Zombies { get; internal set; }

    /// <summary>Gets how many of them there were at once, at most.</summary>
    public int MostZombiesAtOnce { get; internal set; }

    /// <summary>Gets how often a job began again inside its process.</summary>
    public int Restarts { get; internal set; }

    /// <summary>Gets how many began with a checkpoint of another parallelism.</summary>
    public int Rescales { get; internal set; }

    /// <summary>Gets how often a damaged file had to be noticed.</summary>
    public int Damages { get; internal set; }

    /// <summary>Gets how often a new life began from a savepoint.</summary>
    public int Savepoints { get; internal set; }

    /// <summary>Gets how many processes that had no checkpoint of their life were followed by one that went on from the savepoint.</summary>
    public int OriginsTaken { get; internal set; }

    /// <summary>Gets the number of epochs at which the sinks were compared with the sources.</summary>
    public int ComparedEpochs { get; internal set; }

    /// <summary>Gets the number of times that all rows shown were compared with the sources, epochs and ends.</summary>
    public int Comparisons { get; internal set; }

    /// <summary>Gets how often the ledger was read at the end, and said that all is well.</summary>
    public int LedgersRead { get; internal set; }

    /// <summary>Gets the number of committed checkpoints.</summary>
    public long Checkpoints { get; internal set; }

    /// <summary>Gets the number of processes whose exchanges led over a network.</summary>
    public int NetworkProcesses { get; internal set; }

    /// <summary>Gets the number of faults of networks by kind.</summary>
    public SortedDictionary<string, long> NetworkFaults { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the number of kills and pauses by point of the protocol.</summary>
    public SortedDictionary<string, int> KillsAt { get; } = new(StringComparer.Ordinal);
}
