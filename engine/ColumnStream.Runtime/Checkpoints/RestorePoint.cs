using System.Collections.Generic;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Upgrades;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Gives tasks of any parallelism their part of a checkpoint.</summary>
/// <param name="manifest">The checkpoint.</param>
/// <param name="store">Holds its files.</param>
/// <param name="upgrade">What becomes of what it holds in the plan that goes on; null where the plan is the one that wrote it.</param>
internal sealed class RestorePoint(Manifest manifest, IObjectStore store, UpgradeReport? upgrade = null)
{
    public Manifest Manifest => manifest;

    /// <summary>Tells whether a node's inputs had ended: in all former subtasks, or in the one in the same place of as many.</summary>
    /// <param name="node">The node.</param>
    /// <param name="subtask">The present subtask.</param>
    /// <param name="parallelism">The present number of subtasks.</param>
    /// <param name="isKnown">Whether every subtask of the node is known, since it keeps something or writes in two phases.</param>
    public bool WasFinished(string node, int subtask, int parallelism, bool isKnown)
    {
        node = Held(node);
        (int finished, int others) = Finished(node);
        if (finished == 0 || others == 0)
        {
            // Of a node that keeps nothing only those that ended are known; ending once more does nothing there.
            return finished > 0 && (isKnown || finished == parallelism);
        }

        foreach (TaskSnapshot task in manifest.Tasks)
        {
            if (finished + others == parallelism && task.Subtask == subtask && Contains(task.Finished, node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Tells whether a node's inputs had ended in some former subtasks only, and their number is another one now: what those
    /// kept has been answered where answers come at the end, and no row of their keys comes any more.
    /// </summary>
    public bool WasPartlyFinished(string node, int parallelism)
    {
        (int finished, int others) = Finished(Held(node));
        return finished > 0 && others > 0 && finished + others != parallelism;
    }

    /// <summary>Collects the positions of all former readers of a source.</summary>
    public IReadOnlyList<SplitState>? Splits(string uid)
    {
        List<SplitState>? splits = null;
        if (upgrade?.Find(uid) is { IsRestored: false })
        {
            return null;
        }

        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (SourceSnapshot source in task.Sources)
            {
                if (source.Uid == uid)
                {
                    (splits ??= []).AddRange(source.Splits);
                }
            }
        }

        return splits;
    }

    /// <summary>Collects what the former writers of a sink prepared, shared out over the present ones.</summary>
    public IReadOnlyList<string> Committables(string uid, int subtask, int parallelism)
    {
        var committables = new List<string>();
        if (upgrade?.Find(uid) is { IsRestored: false })
        {
            return committables;
        }

        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (SinkSnapshot sink in task.Sinks)
            {
                if (sink.Uid == uid && task.Subtask % parallelism == subtask)
                {
                    committables.AddRange(sink.Committables);
                }
            }
        }

        return committables;
    }

    /// <summary>Loads one state: each former subtask whose key groups overlap, oldest file first.</summary>
    /// <param name="uid">The node.</param>
    /// <param name="state">The state.</param>
    /// <param name="keyGroups">The key groups of the present subtask.</param>
    /// <param name="parallelism">The present number of subtasks.</param>
    /// <param name="allocator">Pays for what is read.</param>
    /// <param name="unfinishedOnly">Whether former subtasks whose inputs had ended are passed over.</param>
    /// <param name="helpers">Work ahead on the executor for files; null reads in turn.</param>
    public void Restore(
        string uid, OperatorState state, KeyGroupRange keyGroups, int parallelism, BufferAllocator allocator,
        bool unfinishedOnly = false, ReadHelpers? helpers = null)
    {
        OperatorUpgrade? found = upgrade?.Find(uid);
        StateUpgrade? how = found?.Find(state.Name);
        if (found is { IsRestored: false } || (found is not null && how?.HeldName is null))
        {
            return;
        }

        uid = found?.HeldUid ?? uid;
        string name = how?.HeldName ?? state.Name;
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            KeyGroupRange former = KeyGroupRange.Of(task.Subtask, task.Parallelism, manifest.KeyGroups);
            // Splits go to other readers then, each with how far it was read: the one that lags most decides for all.
            bool mayHaveMoved = state.FollowsSplits && task.Parallelism != parallelism;
            if ((!mayHaveMoved && (former.First >= keyGroups.End || keyGroups.First >= former.End))
                || (unfinishedOnly && Contains(task.Finished, uid)))
            {
                continue;
            }

            foreach (StateSnapshot snapshot in task.States)
            {
                if (snapshot.Uid != uid || snapshot.Files.Count == 0)
                {
                    continue;
                }

                if (snapshot.Name != name)
                {
                    RequireOtherState(uid, snapshot.Name, name);
                    continue;
                }

                try
                {
                    StateSnapshotReader reader = new FileSnapshotReader(store, snapshot.Files, allocator);
                    reader = helpers is null ? reader : new ReadAhead(reader, helpers, allocator);
                    state.Restore(
                        how?.Sources is null ? reader : new MigratedSnapshotReader(reader, how, state.Columns, allocator),
                        keyGroups);
                }
                catch (IpcException failure)
                {
                    throw new ExternalException(
                        5011, $"State file is damaged: {snapshot.Files[0].Path}.", retryable: false, failure);
                }
            }
        }
    }

    /// <summary>Returns the uid under which the checkpoint knows a node.</summary>
    private string Held(string node) => upgrade?.Find(node)?.HeldUid ?? node;

    /// <summary>Counts the former subtasks whose inputs had ended, and the others that kept or wrote something for the node.</summary>
    private (int Finished, int Others) Finished(string node)
    {
        int finished = 0;
        int others = 0;
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            if (Contains(task.Finished, node))
            {
                finished++;
            }
            else if (Has(task, node))
            {
                others++;
            }
        }

        return (finished, others);
    }

    private static bool Has(TaskSnapshot task, string node)
    {
        foreach (StateSnapshot state in task.States)
        {
            if (state.Uid == node)
            {
                return true;
            }
        }

        foreach (SinkSnapshot sink in task.Sinks)
        {
            if (sink.Uid == node)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses the same state in another layout, which would be lost without a word.</summary>
    private static void RequireOtherState(string uid, string held, string wanted)
    {
        string what = wanted.Split(OperatorState.LayoutMark)[0];
        if (wanted.Contains(OperatorState.LayoutMark) && held.Split(OperatorState.LayoutMark)[0] == what)
        {
            throw new UserException(
                3120,
                $"Checkpoint holds the state '{what}' of {uid} in another layout: '{held}', now '{wanted}'. "
                + "Inputs that only inserted change rows now, or the reverse: restore with the former statements, or begin "
                + "without the checkpoint.");
        }
    }

    private static bool Contains(IReadOnlyList<string> list, string item)
    {
        foreach (string candidate in list)
        {
            if (candidate == item)
            {
                return true;
            }
        }

        return false;
    }
}
