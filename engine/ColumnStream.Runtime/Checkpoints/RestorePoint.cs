using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Gives tasks of any parallelism their part of a checkpoint.</summary>
internal sealed class RestorePoint(Manifest manifest, IObjectStore store)
{
    public Manifest Manifest => manifest;

    /// <summary>Tells whether a node's inputs had ended in all subtasks.</summary>
    /// <param name="fragment">The node's fragment.</param>
    /// <param name="uid">The node.</param>
    /// <param name="subtask">The present subtask.</param>
    /// <param name="parallelism">The present number of subtasks.</param>
    /// <param name="answersAtEnd">Whether the node answers at the end, so that ending twice would answer twice.</param>
    /// <exception cref="ExternalException">They had in some, and the parallelism is another one now.</exception>
    public bool WasFinished(int fragment, string uid, int subtask, int parallelism, bool answersAtEnd)
    {
        int finished = 0;
        int subtasks = 0;
        bool mine = false;
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            // Uids are unique in a plan; the fragment only counts subtasks that had the node.
            bool was = Contains(task.Finished, uid);
            mine |= was && task.Subtask == subtask;
            finished += was ? 1 : 0;
            subtasks += was || task.Fragment == fragment ? 1 : 0;
        }

        if (finished == 0 || finished == subtasks)
        {
            return finished > 0;
        }

        if (subtasks == parallelism)
        {
            return mine;
        }

        return !answersAtEnd
            ? false
            : throw new ExternalException(
                5011, $"Checkpoint has partly ended inputs and needs its parallelism: {subtasks}.", retryable: false);
    }

    /// <summary>Collects the positions of all former readers of a source.</summary>
    public IReadOnlyList<SplitState>? Splits(string uid)
    {
        List<SplitState>? splits = null;
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
    public void Restore(string uid, OperatorState state, KeyGroupRange keyGroups, BufferAllocator allocator)
    {
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            KeyGroupRange former = KeyGroupRange.Of(task.Subtask, task.Parallelism, manifest.KeyGroups);
            if (former.First >= keyGroups.End || keyGroups.First >= former.End)
            {
                continue;
            }

            foreach (StateSnapshot snapshot in task.States)
            {
                if (snapshot.Uid != uid || snapshot.Name != state.Name || snapshot.Files.Count == 0)
                {
                    continue;
                }

                try
                {
                    state.Restore(new FileSnapshotReader(store, snapshot.Files, allocator), keyGroups);
                }
                catch (IpcException failure)
                {
                    throw new ExternalException(
                        5011, $"State file is damaged: {snapshot.Files[0].Path}.", retryable: false, failure);
                }
            }
        }
    }

    /// <summary>Refuses a plan that has no place for something the checkpoint holds.</summary>
    public void CheckCovers(Func<string, bool> hasNode)
    {
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                Require(state.Uid, $"state {state.Name}", hasNode);
            }

            foreach (SourceSnapshot source in task.Sources)
            {
                Require(source.Uid, "source", hasNode);
            }

            foreach (SinkSnapshot sink in task.Sinks)
            {
                Require(sink.Uid, "sink", hasNode);
            }
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

    private static void Require(string uid, string what, Func<string, bool> hasNode)
    {
        if (!hasNode(uid))
        {
            throw new UserException(
                3120, $"Checkpoint holds what the job does not have any more: {what} of {uid}.");
        }
    }
}
