using System.Collections.Generic;
using ColumnStream.Arrow;

namespace ColumnStream.Engine.State;

/// <summary>Gives one former subtask's snapshots of one state to whoever restores it.</summary>
public abstract class StateSnapshotReader
{
    /// <summary>Reads all batches, newest file last; each batch belongs to the caller, who releases it.</summary>
    public abstract IEnumerable<RecordBatch> ReadBatches();
}
