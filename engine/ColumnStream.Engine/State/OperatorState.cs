using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Is one declared piece of an operator's state: snapshots in slices while the operator runs on, and restores.</summary>
/// <remarks>
/// <see cref="BeginSnapshot"/> is O(1) and freezes the content logically; <see cref="Gather"/> is then called between
/// turns, on the task's own thread, until it returns false. Batches are borrowed by the receiver during the call.
/// A snapshot is full or holds the rows changed since the previous one; the chain full, delta, delta … restores by slot.
/// </remarks>
public abstract class OperatorState
{
    /// <summary>Stands in a name before the layout, where the plan decides between several: another one is refused at a restore.</summary>
    public const char LayoutMark = '@';

    /// <summary>Gets the name under which checkpoints hold it; stable across versions of a job.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the columns that snapshots hold behind slot, live and key group, in order; empty where no change of a query is met.</summary>
    public virtual ValueList<StateColumn> Columns => default;

    /// <summary>Gets whether it belongs to one aggregate, so that it may be left out, or begin empty where somebody agrees.</summary>
    public virtual bool IsOptional => false;

    /// <summary>Gets the rows held now.</summary>
    public abstract long RowCount { get; }

    /// <summary>Gets the native bytes held now.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gets the bytes that are on local disk only, beside <see cref="Bytes"/>.</summary>
    public virtual long SpilledBytes => 0;

    /// <summary>Gets the number of restores so far: whoever links rows to each other links them anew.</summary>
    public int Restores { get; protected set; }

    /// <summary>Gets whether the next snapshot has to be full and begin a new chain: rows got new slots at a rescale.</summary>
    public virtual bool MustBeFull => false;

    /// <summary>Gets whether it follows the rows of all splits instead of keys: at another parallelism any subtask may read them.</summary>
    public virtual bool FollowsSplits => false;

    /// <summary>Freezes the content as of now.</summary>
    /// <param name="full">Whether everything is written, or only changes since the last snapshot.</param>
    public abstract void BeginSnapshot(bool full);

    /// <summary>Hands the next rows of the frozen content to <paramref name="write"/>; returns whether more follow.</summary>
    /// <param name="maxRows">About how many rows this turn may gather.</param>
    /// <param name="write">Receives batches whose schema begins <c>slot u32, live bool, key_group u16</c>.</param>
    public abstract bool Gather(int maxRows, Action<RecordBatch> write);

    /// <summary>Gives up a snapshot under way; its changes belong to the next one again.</summary>
    public abstract void AbortSnapshot();

    /// <summary>Loads the snapshots of one former subtask, oldest first, keeping rows of <paramref name="keyGroups"/>.</summary>
    public abstract void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups);
}
