using System;
using System.Globalization;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Server.Composition;

namespace ColumnStream.Server.Session;

/// <summary>Is what <c>--restore path</c> or <c>execution.state-recovery.path</c> names: a folder, or one epoch in a job's checkpoint folder.</summary>
/// <param name="Address">The folder.</param>
/// <param name="Epoch">The epoch, or null: a savepoint, or the newest checkpoint.</param>
internal sealed record RestorePath(string Address, long? Epoch)
{
    private const string Record = "/savepoint.json";

    /// <summary>Reads a path: <c>savepoint-x</c>, <c>savepoint-x/savepoint.json</c>, <c>job</c>, <c>job/claim/000000000007.json</c>.</summary>
    public static RestorePath Parse(string text)
    {
        string path = text.TrimEnd('/');
        if (path.EndsWith(Record, StringComparison.Ordinal))
        {
            return new RestorePath(path[..^Record.Length], null);
        }

        foreach (string folder in new[] { "/claim/", "/ckpt/" })
        {
            int at = path.LastIndexOf(folder, StringComparison.Ordinal);
            ReadOnlySpan<char> rest = at < 0 ? default : path.AsSpan(at + folder.Length);
            int end = rest.IndexOfAny('.', '/');
            ReadOnlySpan<char> digits = end < 0 ? rest : rest[..end];
            if (digits.Length == 12 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch))
            {
                return new RestorePath(path[..at], epoch);
            }
        }

        return new RestorePath(path.Length == 0 ? text : path, null);
    }

    /// <summary>Refuses a folder of this machine that is not there.</summary>
    public RestorePath Existing() => ObjectStoreTable.FolderOf(Address) is { } folder && !Directory.Exists(folder)
        ? throw new UserException(3111, $"Folder to restore from does not exist: {folder}.")
        : this;
}
