using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColumnStream.Connectors;

/// <summary>Tells which folders of this machine paths of users may lead to. Immutable.</summary>
/// <remarks>
/// A path is followed through its symbolic links before it is judged, whether it exists or not; the folder nearest to it decides, one
/// that is open or one that is closed. A file is judged once more when it is open, by what was opened in truth.
/// </remarks>
public sealed class AllowedFolders
{
    /// <summary>Number of the error for paths that lead elsewhere.</summary>
    public const int Code = 3166;

    /// <summary>As many links as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>What is no file at all, whatever is open above it.</summary>
    private static readonly string[] s_neverFiles = ["/dev", "/proc", "/sys"];

    private readonly string? _home;
    private readonly List<(string Folder, bool IsOpen)> _folders = [];
    private readonly string _names;

    private AllowedFolders() => _names = string.Empty;

    /// <summary>Opens folders, which exist.</summary>
    /// <param name="home">The folder that relative paths belong to; it need not be open.</param>
    /// <param name="open">Those that paths may lead to.</param>
    /// <param name="closed">Those among them that they may not.</param>
    public AllowedFolders(string home, IReadOnlyList<string> open, IReadOnlyList<string> closed)
    {
        _home = Path.GetFullPath(home);
        _folders.AddRange(open.Select(static folder => (Canonical(Path.GetFullPath(folder)), true)));
        _folders.AddRange(closed.Concat(s_neverFiles).Select(static folder => (Canonical(Path.GetFullPath(folder)), false)));
        _folders.Sort(static (left, right) => (right.Folder.Length, left.IsOpen).CompareTo((left.Folder.Length, right.IsOpen)));
        _names = string.Join(", ", open.Select(Path.GetFullPath));
    }

    /// <summary>Gets what opens all folders, as for a program that its own user runs.</summary>
    public static AllowedFolders All { get; } = new();

    /// <summary>Returns the full path, which lies in an open folder; a path is left as it is where all folders are open.</summary>
    /// <exception cref="UserException">It leads elsewhere.</exception>
    public string Resolve(string path)
    {
        if (_home is null)
        {
            return path;
        }

        string full = path.Contains('\0', StringComparison.Ordinal) ? throw Refusal(path) : Path.GetFullPath(path, _home);
        return IsOpen(Canonical(full)) ? full : throw Refusal(path);
    }

    /// <summary>Refuses a file that was opened where its path led elsewhere meanwhile.</summary>
    /// <exception cref="UserException">It lies elsewhere.</exception>
    public void CheckOpened(SafeFileHandle file, string path)
    {
        if (_home is null)
        {
            return;
        }

        bool isAdded = false;
        try
        {
            file.DangerousAddRef(ref isAdded);
            string? opened = OperatingSystem.IsLinux()
                ? new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget : null;
            if (!IsOpen(opened ?? Canonical(path)))
            {
                throw Refusal(path);
            }
        }
        finally
        {
            if (isAdded)
            {
                file.DangerousRelease();
            }
        }
    }

    private bool IsOpen(string path)
    {
        foreach ((string folder, bool isOpen) in _folders)
        {
            if (path == folder || folder == "/"
                || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == Path.DirectorySeparatorChar))
            {
                return isOpen;
            }
        }

        return false;
    }

    /// <summary>Follows all links of a full path; what does not exist is kept as it is written.</summary>
    private static string Canonical(string path)
    {
        string root = Path.GetPathRoot(path)!;
        string done = root;
        var rest = new Stack<string>();
        Push(rest, path[root.Length..]);
        int links = 0;
        while (rest.TryPop(out string? name))
        {
            if (name == "..")
            {
                done = Path.GetDirectoryName(done) ?? root;
                continue;
            }

            string next = Path.Combine(done, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                done = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new UserException(Code, $"Path has too many symbolic links: {path}.");
            }

            if (Path.IsPathRooted(target))
            {
                done = root;
                target = target[Path.GetPathRoot(target)!.Length..];
            }

            Push(rest, target);
        }

        return done;
    }

    private static void Push(Stack<string> rest, string path)
    {
        string[] names = path.Split(Path.DirectorySeparatorChar);
        for (int i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] is not ("" or "."))
            {
                rest.Push(names[i]);
            }
        }
    }

    private UserException Refusal(string path) => new(
        Code,
        $"Path leads out of the folders that this server opens to SQL: '{path.Replace('\0', '?')}'. Expected one in {_names}; "
        + "'columnstream serve --allow-path' opens more.");
}
