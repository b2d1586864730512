using System;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Rules;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>Compares plans and errors with tests/sql/plans/*.plan; COLUMNSTREAM_ACCEPT=1 rewrites the files.</summary>
/// <remarks>
/// A file is a list of cases: a line <c># title</c>, SQL, a line of four dashes, the expected text. What stands before
/// the first title is put in front of every case. A title <c># rule names: ...</c> prints the bound plan before and
/// after those rules alone.
/// </remarks>
public sealed class PlanFileTests
{
    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string path in Directory.GetFiles(Folder(), "*.plan").Order(StringComparer.Ordinal))
        {
            files.Add(Path.GetFileName(path));
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Plans_read_as_written(string file)
    {
        string path = Path.Combine(Folder(), file);
        string[] lines = File.ReadAllLines(path);
        var actual = new StringBuilder();
        int line = 0;
        string prelude = Take(lines, ref line, text => text.StartsWith("# ", StringComparison.Ordinal));
        actual.Append(prelude);
        while (line < lines.Length)
        {
            string title = lines[line++];
            string sql = Take(lines, ref line, text => text == "----");
            line++;
            Take(lines, ref line, text => text.StartsWith("# ", StringComparison.Ordinal));
            actual.Append(title).Append('\n').Append(sql).Append("----\n").Append(Run(title, prelude, sql)).Append("\n\n");
        }

        string text = actual.ToString().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_ACCEPT") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Run(string title, string prelude, string sql)
    {
        const string Marker = "# rule ";
        if (!title.StartsWith(Marker, StringComparison.Ordinal))
        {
            // Places count from the case's first line, so that a change of the prelude moves no error.
            string flat = prelude.ReplaceLineEndings(" ").TrimEnd();
            return PlannerFixture.Describe(flat.Length == 0 ? sql : flat + "\n" + sql);
        }

        string[] names = title[Marker.Length..title.IndexOf(':', StringComparison.Ordinal)].Split(' ');
        LogicalPlan before = PlannerFixture.Bind(prelude + sql);
        LogicalPlan after = names.Aggregate(before, (plan, name) => RuleTable.All.Single(r => r.Name == name).Apply(plan));
        return $"before\n{before}after\n{after}".TrimEnd('\n');
    }

    private static string Take(string[] lines, ref int line, Func<string, bool> isEnd)
    {
        var text = new StringBuilder();
        while (line < lines.Length && !isEnd(lines[line]))
        {
            text.Append(lines[line++]).Append('\n');
        }

        return text.ToString();
    }

    private static string Folder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder!, "tests/sql/plans");
    }
}
