using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Names what lies in the folder of a savepoint.</summary>
/// <remarks>
/// <code>
/// state/{operator}/{state}/{subtask}-{n}.arrows   one Arrow stream a file; relative names, so that the folder can move
/// manifest.json                                   as of a checkpoint; without open transactions where they are committed
/// savepoint.json                                  put last: names the manifest and its hash; without it there is no savepoint
/// committed.json                                  put when transactions that the manifest names are committed
/// staging/*                                       state on its way, of a job without checkpoints; removed at the end
/// </code>
/// </remarks>
internal static class SavepointFolder
{
    public const string ManifestName = "manifest.json";

    public const string RecordName = "savepoint.json";

    public const string CommittedName = "committed.json";

    public const string Staging = "staging/";

    private const int MostLetters = 80;

    /// <summary>Names the file of a section; <paramref name="attempt"/> tells tries apart, since no name is written twice.</summary>
    public static string FileOf(StateSnapshot state, int subtask, int number, int attempt)
    {
        string again = attempt == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{attempt}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"state/{Segment(state.Uid)}/{Segment(state.Name)}/{subtask}-{number}{again}.arrows");
    }

    /// <summary>Returns a manifest whose sinks have nothing left to commit.</summary>
    public static IReadOnlyList<SinkSnapshot> Committed(IReadOnlyList<SinkSnapshot> sinks)
    {
        var committed = new List<SinkSnapshot>();
        foreach (SinkSnapshot sink in sinks)
        {
            committed.Add(sink with { Committables = [] });
        }

        return committed;
    }

    /// <summary>Counts the bytes of all state that a manifest names.</summary>
    public static long StateBytes(Manifest manifest)
    {
        long bytes = 0;
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                foreach (StateFile file in state.Files)
                {
                    bytes += file.Length;
                }
            }
        }

        return bytes;
    }

    /// <summary>Removes one savepoint, its record first and its manifest last, or what a process left that died in doing so.</summary>
    /// <param name="store">Rooted at its folder, where another one may stand by now: that stays.</param>
    /// <param name="manifestSha256">Hash of its manifest.</param>
    public static void Remove(IObjectStore store, string manifestSha256)
    {
        var checkpoints = new CheckpointStore(store);
        if (checkpoints.Read(ManifestName) is not { } manifest
            || Convert.ToHexStringLower(SHA256.HashData(manifest)) != manifestSha256)
        {
            return;
        }

        store.Delete(RecordName);
        IReadOnlyList<string> state = store.List("state/");
        if (state.Count > 0)
        {
            store.Delete(state);
        }

        store.Delete(CommittedName);
        store.Delete(ManifestName);
    }

    /// <summary>Removes what is not needed any more, as far as the store answers.</summary>
    public static void RemoveStaging(IObjectStore store)
    {
        try
        {
            IReadOnlyList<string> staged = store.List(Staging);
            if (staged.Count > 0)
            {
                store.Delete(staged);
            }
        }
        catch (ExternalException)
        {
            // It only takes room: nothing names it.
        }
    }

    /// <summary>Turns a name into a segment of an object's name.</summary>
    private static string Segment(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '@' or '.' ? c : '_');
            if (text.Length == MostLetters)
            {
                break;
            }
        }

        return text.Length == 0 || text[0] == '.' ? "_" + text : text.ToString();
    }
}
