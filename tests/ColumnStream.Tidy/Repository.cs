using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ColumnStream.Tidy;

/// <summary>Finds the repository and its files.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Lists source files relative to the root, with forward slashes, build output excluded.</summary>
    public static IEnumerable<string> Files(params string[] extensions) =>
        from path in Walk(Root)
        let name = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where extensions.Any(e => name.EndsWith(e, StringComparison.Ordinal))
        orderby name
        select name;

    public static string Read(string name) => File.ReadAllText(Path.Combine(Root, name));

    public static string[] Lines(string name) => File.ReadAllLines(Path.Combine(Root, name));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            yield return path;
        }

        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (Path.GetFileName(child) is not ("artifacts" or "node_modules" or ".git" or "out" or ".columnstream"))
            {
                foreach (string path in Walk(child))
                {
                    yield return path;
                }
            }
        }
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("ColumnStream.sln not found.");
        }

        return folder;
    }
}
