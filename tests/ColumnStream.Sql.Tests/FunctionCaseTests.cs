using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Functions;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>Holds the case files of tests/sql/functions against the list of functions; SltTests runs them.</summary>
public sealed class FunctionCaseTests
{
    private const int Entries = 248;
    private const int RowsOfAnEntry = 5;

    [Fact]
    public void Each_case_file_names_an_entry_of_its_folder_and_the_source_of_every_answer()
    {
        List<string> problems = [];
        foreach (CaseFile file in Cases())
        {
            problems.AddRange(file.Problems);
            string folder = Path.GetFileName(Path.GetDirectoryName(file.Path)!);
            if (file.Entry is { } entry && entry.Family != folder)
            {
                problems.Add($"{file.Path}:1: '{entry.Form}' belongs into the folder '{entry.Family}'.");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Entries_have_five_sourced_rows()
    {
        int tested = Cases().Where(c => c.Entry is not null).GroupBy(c => c.Entry)
            .Count(g => g.Sum(c => c.Rows) >= RowsOfAnEntry);
        Assert.True(tested == Entries, $"{tested} of {Entries} entries have {RowsOfAnEntry} rows or more.");
    }

    [Fact]
    public void The_list_has_248_entries_and_all_are_covered()
    {
        Assert.Equal(Entries, FunctionEntries.All.Count);
        Assert.Equal(Entries, FunctionEntries.All.Select(e => e.Form).Distinct().Count());
        Assert.All(FunctionEntries.All, e => Assert.NotEmpty(e.Examples));
        var connectors = new ConnectorRegistry(ConnectorTable.Create(TextWriter.Null, TextWriter.Null));
        IReadOnlyList<EntryCoverage> coverage = FunctionCoverage.Compute(connectors);
        int covered = coverage.Count(c => c.IsCovered);
        Assert.True(
            covered == Entries,
            string.Join('\n', coverage.Where(c => !c.IsCovered).Select(c => $"{c.Entry.Form}: {c.Error!.Message}")));
    }

    [Fact]
    public void A_wrong_entry_a_missing_source_and_an_empty_block_are_found_at_their_lines()
    {
        CaseFile file = CaseFile.Parse("x.slt", [
            "# entry: UPER(string)", "# source: Java 17", "query", "SELECT 1", "----", "1", "2", "",
            "query", "SELECT 1", "----", "1", "", "# source: SQLite", "query", "SELECT 1"]);
        Assert.Equal(2, file.Rows);
        Assert.Equal(
            [
                "x.slt:1: the list has no entry 'UPER(string)'. Did you mean 'UPPER(string)'?",
                "x.slt:9: '# source:' is missing before this block.",
                "x.slt:15: the block expects nothing.",
            ],
            file.Problems);
    }

    private static IEnumerable<CaseFile> Cases() =>
        Directory.EnumerateDirectories(Path.Combine(SltTests.Root, "tests/sql/functions"))
            .SelectMany(f => Directory.EnumerateFiles(f, "*.slt"))
            .Order(StringComparer.Ordinal)
            .Select(path => CaseFile.Parse(Path.GetRelativePath(SltTests.Root, path), File.ReadAllLines(path)));
}
