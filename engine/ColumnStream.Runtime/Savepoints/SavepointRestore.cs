using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Finds what a path names, a savepoint or a checkpoint, and looks at all of it before a job begins.</summary>
internal static class SavepointRestore
{
    /// <summary>Finds the record of a savepoint, of one epoch, or of the newest one.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static Claim Find(CheckpointStore from, long? epoch, string address)
    {
        if (epoch is { } number)
        {
            return from.ReadClaim(number);
        }

        if ((from.FindSavepoint() ?? from.NewestClaim()) is { } claim)
        {
            return claim;
        }

        bool isHalf = from.Objects.Find(SavepointFolder.ManifestName) is not null || from.Objects.List("state/").Count > 0
            || from.Objects.List(SavepointFolder.Staging).Count > 0;
        throw new UserException(3120, isHalf
            ? $"Savepoint is not complete and cannot be restored: {address} has no {SavepointFolder.RecordName}, which is "
                + "written last. The savepoint failed or is still being taken."
            : $"No checkpoint or savepoint was found: {address}. Expected a folder with {SavepointFolder.RecordName}, or a "
                + "job's checkpoint folder with claim/, or claim/<epoch>.json in one ('columnstream state ls' lists them).");
    }

    /// <summary>Returns the manifest as it is restored, after a look at every file that it names.</summary>
    /// <exception cref="ExternalException">A file is missing or too short.</exception>
    /// <exception cref="UserException">The savepoint was drained.</exception>
    public static Manifest Checked(CheckpointStore from, Manifest manifest)
    {
        bool isSavepoint = from.FindSavepoint() is not null;
        if (isSavepoint && manifest.IsFinal)
        {
            throw new UserException(
                3120,
                "Savepoint was drained and cannot be continued: its inputs were ended with the greatest watermark, and all "
                + "results are given. Take savepoints to continue from without --drain.");
        }

        CheckFiles(from.Objects, manifest);
        return isSavepoint && from.Objects.Find(SavepointFolder.CommittedName) is not null ? Committed(manifest) : manifest;
    }

    /// <summary>Looks whether every file is there and long enough; bytes are verified when they are read.</summary>
    public static void CheckFiles(IObjectStore store, Manifest manifest)
    {
        var lengths = new Dictionary<string, long>();
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                foreach (StateFile file in state.Files)
                {
                    if (!lengths.TryGetValue(file.Path, out long length))
                    {
                        length = store.Find(file.Path)?.Length ?? -1;
                        lengths.Add(file.Path, length);
                    }

                    if (length < file.Offset + file.Length)
                    {
                        throw new ExternalException(
                            5011,
                            length < 0
                                ? $"State file is missing: {file.Path}."
                                : $"State file is damaged: {file.Path} has {length} bytes, not {file.Offset + file.Length}.",
                            retryable: false);
                    }
                }
            }
        }
    }

    private static Manifest Committed(Manifest manifest)
    {
        var tasks = new List<TaskSnapshot>();
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            tasks.Add(task with { Sinks = SavepointFolder.Committed(task.Sinks) });
        }

        return manifest with { Tasks = tasks };
    }
}
