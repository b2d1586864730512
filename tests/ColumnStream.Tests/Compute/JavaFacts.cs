using System;
using System.IO;

namespace ColumnStream.Tests.Compute;

/// <summary>Finds the files of tests/data/java: facts that Java 17 gave.</summary>
internal static class JavaFacts
{
    public static string Path(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder)!;
        }

        return System.IO.Path.Combine(folder, "tests/data/java", name);
    }
}
