using System;
using System.IO;

namespace ColumnStream.Testing.Arrow;

/// <summary>Finds golden files, those of this repository and those of the machine.</summary>
public static class GoldenFiles
{
    /// <summary>Finds the folder that holds the solution, upwards from the running assembly.</summary>
    public static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("ColumnStream.sln is in no folder above the tests.");
    }

    /// <summary>Finds the files of other Arrow implementations, or null where the machine has none.</summary>
    public static string? ArrowTesting()
    {
        string? given = Environment.GetEnvironmentVariable("COLUMNSTREAM_ARROW_TESTING");
        if (!string.IsNullOrEmpty(given))
        {
            return Directory.Exists(given) ? given : null;
        }

        // A worktree may stand one folder deeper than the repository.
        string root = RepositoryRoot();
        foreach (string beside in (ReadOnlySpan<string>)["../shared/arrow-testing", "../../shared/arrow-testing"])
        {
            string path = Path.GetFullPath(Path.Combine(root, beside));
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
