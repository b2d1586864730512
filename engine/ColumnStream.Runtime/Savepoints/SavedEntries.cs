using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Finds savepoints and checkpoints below a folder.</summary>
public static class SavedEntries
{
    private const string ClaimFolder = "claim/";

    /// <summary>Lists them in the order of their names.</summary>
    public static IReadOnlyList<SavedEntry> Find(IObjectStore store)
    {
        var entries = new List<SavedEntry>();
        var halves = new SortedSet<string>(StringComparer.Ordinal);
        var whole = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in store.List(""))
        {
            int slash = name.LastIndexOf('/');
            string folder = name[..(slash + 1)];
            if (name.EndsWith("/" + SavepointFolder.RecordName, StringComparison.Ordinal) || name == SavepointFolder.RecordName)
            {
                whole.Add(folder);
                entries.Add(Read(store, folder, folder.TrimEnd('/'), "savepoint", null));
            }
            else if (folder.EndsWith(ClaimFolder, StringComparison.Ordinal)
                && long.TryParse(name[(slash + 1)..].Split('.')[0], CultureInfo.InvariantCulture, out long epoch))
            {
                entries.Add(Read(store, folder[..^ClaimFolder.Length], name, "checkpoint", epoch));
            }
            else if (HalfOf(name) is { } half)
            {
                halves.Add(half);
            }
        }

        foreach (string half in halves)
        {
            if (!whole.Contains(half))
            {
                entries.Add(new SavedEntry(
                    half.TrimEnd('/'), "incomplete", null, 0,
                    "The savepoint failed or is still being taken; it cannot be restored."));
            }
        }

        return entries;
    }

    private static SavedEntry Read(IObjectStore store, string folder, string path, string kind, long? epoch)
    {
        try
        {
            var below = new CheckpointStore(new FolderView(store, folder));
            Manifest manifest = below.ReadManifest(epoch is { } number ? below.ReadClaim(number) : below.FindSavepoint()!);
            return new SavedEntry(path, kind, manifest, SavepointFolder.StateBytes(manifest), null);
        }
        catch (ExternalException failure)
        {
            return new SavedEntry(path, kind, null, 0, failure.Message);
        }
    }

    /// <summary>Returns the folder of a savepoint that a file belongs to, or null.</summary>
    private static string? HalfOf(string name)
    {
        foreach (string folder in new[] { "state/", SavepointFolder.Staging })
        {
            int at = ("/" + name).IndexOf("/" + folder, StringComparison.Ordinal);
            if (at >= 0)
            {
                return name[..at];
            }
        }

        return null;
    }
}
