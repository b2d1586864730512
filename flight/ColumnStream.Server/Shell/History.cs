using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ColumnStream.Server.Shell;

/// <summary>Keeps what was entered, in memory and in a file of one line an entry that only the user can read.</summary>
/// <remarks>A file that cannot be read or written is no error: the history is then of this session only.</remarks>
internal sealed class History
{
    private const int MostEntries = 2_000;
    private static readonly string[] Secrets = ["password", "secret", "token"];
    private readonly List<string> _entries = [];
    private readonly string? _path;

    public History(string? path)
    {
        _path = path;
        try
        {
            if (path is not null && File.Exists(path))
            {
                _entries.AddRange(File.ReadLines(path).Select(Decode).TakeLast(MostEntries));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _path = null;
        }
    }

    /// <summary>Gets all entries, the newest last.</summary>
    public IReadOnlyList<string> Entries => _entries;

    /// <summary>Returns where the user's history is: $XDG_STATE_HOME/columnstream/history or below ~/.local/state.</summary>
    public static string? UserFile()
    {
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        state = string.IsNullOrEmpty(state) ? (home.Length == 0 ? null : Path.Combine(home, ".local", "state")) : state;
        return state is null ? null : Path.Combine(state, "columnstream", "history");
    }

    /// <summary>Adds an entry unless it repeats the last one; one that names a password or secret is not written to the file.</summary>
    public void Add(string entry)
    {
        if (entry.Trim().Length == 0 || (_entries.Count > 0 && _entries[^1] == entry))
        {
            return;
        }

        _entries.Add(entry);
        if (_path is null || Secrets.Any(s => entry.Contains(s, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            bool isNew = !File.Exists(_path);
            File.AppendAllText(_path, Encode(entry) + "\n");
            if (isNew && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            if (_entries.Count > MostEntries * 2)
            {
                _entries.RemoveRange(0, _entries.Count - MostEntries);
                File.WriteAllLines(_path, _entries.Select(Encode));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The session's history goes on without the file.
        }
    }

    private static string Encode(string entry) => entry.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Decode(string line)
    {
        var entry = new System.Text.StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            bool isEscape = line[i] == '\\' && i + 1 < line.Length;
            entry.Append(isEscape ? (line[++i] == 'n' ? '\n' : line[i]) : line[i]);
        }

        return entry.ToString();
    }
}
