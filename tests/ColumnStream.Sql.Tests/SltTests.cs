using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>Runs every file of tests/sql: at parallelism 1 and 4, in batches of 4096, 7 and 1 row, and with random cuts.</summary>
public sealed class SltTests
{
    private static readonly SltLeg[] Legs =
    [
        new(1, 4096, null, 1 << 20),
        new(1, 1, null, 1 << 20),
        new(4, 7, null, 1),
        new(4, 4096, 7, 1 << 20),
    ];

    public static IEnumerable<object[]> Files() =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, "tests/sql"), "*.slt", SearchOption.AllDirectories)
        orderby path
        from leg in Enumerable.Range(0, Legs.Length)
        select new object[] { Path.GetRelativePath(Root, path), leg };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_gives_its_answers(string file, int leg)
    {
        Environment.CurrentDirectory = Root;
        using var runner = new SltRunner(file, Legs[leg]);
        IReadOnlyList<string> differences = runner.Run();
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    internal static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
