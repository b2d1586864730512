using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;

namespace ColumnStream.Connectors.Files;

/// <summary>Lists the files that a path means: one file, all below a folder, or all that match a glob; in name order.</summary>
/// <remarks>
/// <c>*</c> and <c>?</c> stay inside a name, <c>**</c> crosses folders, <c>[a-z]</c> and <c>{a,b}</c> choose. Names that
/// begin with <c>.</c> or <c>_</c> are hidden unless the path itself names them.
/// </remarks>
internal static class FileFinder
{
    /// <summary>Characters that make a path a glob.</summary>
    public static readonly char[] GlobMarks = ['*', '?', '[', '{'];

    /// <summary>Lists files; null when the path names something that does not exist.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static List<FileName>? List(string path, Regex? pattern)
    {
        var found = new List<FileName>();
        if (File.Exists(path))
        {
            Add(found, path, pattern);
            return found;
        }

        if (Directory.Exists(path))
        {
            AddFolder(found, path, pattern);
        }
        else if (path.IndexOfAny(GlobMarks) < 0)
        {
            return null;
        }
        else
        {
            string[] segments = path.Split('/');
            string start = segments[0].Length == 0 ? "/" : string.Empty;
            Match(found, start, segments, start.Length == 0 ? 0 : 1, pattern);
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return found;
    }

    private static void Match(List<FileName> found, string folder, string[] segments, int index, Regex? pattern)
    {
        if (index == segments.Length)
        {
            return;
        }

        string segment = segments[index];
        bool last = index == segments.Length - 1;
        if (segment == "**")
        {
            Match(found, folder, segments, index + 1, pattern);
            foreach (string child in Children(folder, folders: true))
            {
                if (!FileName.IsHidden(Path.GetFileName(child.AsSpan())))
                {
                    Match(found, child, segments, index, pattern);
                }
            }

            return;
        }

        if (segment.IndexOfAny(GlobMarks) < 0)
        {
            string next = Path.Combine(folder, segment);
            if (last ? File.Exists(next) : Directory.Exists(next) || segment.Length == 0)
            {
                Take(found, next, segments, index, pattern, last);
            }

            return;
        }

        var name = new Regex(ToRegex(segment), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        foreach (string child in Children(folder, folders: !last))
        {
            string childName = Path.GetFileName(child);
            bool hidden = FileName.IsHidden(childName) && segment[0] is not ('.' or '_');
            if (!hidden && name.IsMatch(childName))
            {
                Take(found, child, segments, index, pattern, last);
            }
        }
    }

    private static void Take(
        List<FileName> found, string path, string[] segments, int index, Regex? pattern, bool last)
    {
        if (last)
        {
            Add(found, path, pattern);
        }
        else
        {
            Match(found, path, segments, index + 1, pattern);
        }
    }

    private static IEnumerable<string> Children(string folder, bool folders)
    {
        string real = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(real))
        {
            yield break;
        }

        foreach (string child in folders ? Directory.EnumerateDirectories(real) : Directory.EnumerateFiles(real))
        {
            yield return folder.Length == 0 ? Path.GetFileName(child) : child;
        }
    }

    private static void AddFolder(List<FileName> found, string folder, Regex? pattern)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            if (!FileName.IsHidden(Path.GetFileName(file.AsSpan())))
            {
                Add(found, file, pattern);
            }
        }

        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (!FileName.IsHidden(Path.GetFileName(child.AsSpan())))
            {
                AddFolder(found, child, pattern);
            }
        }
    }

    private static void Add(List<FileName> found, string path, Regex? pattern)
    {
        var file = new FileInfo(path);
        if (file.Exists && (pattern is null || pattern.IsMatch(file.FullName)))
        {
            found.Add(new FileName(path, file.Length) { Modified = file.LastWriteTimeUtc });
        }
    }

    /// <summary>Translates one segment of a glob.</summary>
    public static string ToRegex(string glob)
    {
        var regex = new StringBuilder("^");
        int depth = 0;
        for (int i = 0; i < glob.Length; i++)
        {
            char c = glob[i];
            int close = c == '[' ? glob.IndexOf(']', i + 1) : -1;
            if (close > 0)
            {
                string inside = glob[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal);
                regex.Append('[').Append(inside.StartsWith('!') ? "^" + inside[1..] : inside).Append(']');
                i = close;
                continue;
            }

            depth += c == '{' ? 1 : c == '}' && depth > 0 ? -1 : 0;
            regex.Append(c switch
            {
                '*' => "[^/]*",
                '?' => "[^/]",
                '{' => "(?:",
                '}' => glob[..i].Contains('{', StringComparison.Ordinal) ? ")" : "\\}",
                ',' when depth > 0 => "|",
                _ => Regex.Escape(c.ToString()),
            });
        }

        return regex.Append('$').ToString();
    }
}
