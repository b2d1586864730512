using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace ColumnStream.Tidy;

/// <summary>Reads every source file once and holds it against the style guide.</summary>
public sealed class SourceTests
{
    private const int MostLines = 800;
    private const int MostColumns = 132;
    private const int MostMethodLines = 120;

    /// <summary>What may not stand where, and why; a path prefix, then a pattern over single lines.</summary>
    private static readonly (string[] Paths, string[] Except, string Pattern, string Why)[] Bans =
    [
        (["engine/", "planner/", "connectors/", "flight/"], ["engine/ColumnStream.Runtime/Tasks/WorkerPool.cs"], @"\bnew Thread\(", "Threads live in the worker pool."),
        (["engine/ColumnStream.Runtime/", "engine/ColumnStream.Cluster/", "engine/ColumnStream.Engine/"], [], @"ConfigureAwait\(false\)|Task\.Run\(|Task\.Delay\(|ThreadPool\.|Parallel\.", "Foreign threads do not replay."),
        (["engine/ColumnStream.Arrow/", "engine/ColumnStream.Compute/Kernels/", "engine/ColumnStream.Compute/Functions/", "engine/ColumnStream.Engine/Operators/", "engine/ColumnStream.Runtime/Exchange/"], ["engine/ColumnStream.Compute/Functions/FunctionTable.cs"], @"^using System\.Linq;", "LINQ allocates in the data plane."),
        (["engine/", "planner/", "connectors/"], [], @"\bConsole\.(Write|Out|Error|In)", "The command line owns the terminal."),
        (["engine/", "planner/", "connectors/", "flight/", "tests/", "perf/"], ["tests/ColumnStream.Tidy/"], @"\bFIXME\b|^\s*#(end)?region", "Finish it, or open an issue."),
        (["engine/", "planner/", "connectors/", "flight/", "tests/", "perf/"], ["tests/ColumnStream.Tidy/"], @"\bTODO\b(?!.*\bwhen\b)", "A TODO names its exit condition: 'when …'."),
        (["engine/ColumnStream.Engine/Operators/"], [], @"^public (sealed |abstract |static )*class (?!Operator\b|OperatorFactory\b|Collector\b)", "Operators are internal; plan records are public."),
        (["engine/", "planner/", "connectors/", "flight/"], [], @"\bcatch \(Exception( \w+)?\)(?!\s*when)", "Catch what you can handle; a turn, a request and Main catch all."),
    ];

    private static readonly string[] CatchAll =
    [
        "engine/ColumnStream.Runtime/", "flight/ColumnStream.Server/Program.cs", "flight/ColumnStream.Flight.Hosting/GrpcServer.cs",
    ];

    [Fact]
    public void Sources_hold_to_the_bans()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".cs"))
        {
            string[] lines = Repository.Lines(name);
            foreach ((string[] paths, string[] except, string pattern, string why) in Bans)
            {
                bool applies = paths.Any(p => name.StartsWith(p, StringComparison.Ordinal))
                    && !except.Any(p => name.StartsWith(p, StringComparison.Ordinal))
                    && !(pattern.Contains("catch", StringComparison.Ordinal)
                        && CatchAll.Any(p => name.StartsWith(p, StringComparison.Ordinal)));
                for (int i = 0; applies && i < lines.Length; i++)
                {
                    if (Regex.IsMatch(lines[i], pattern))
                    {
                        found.Add($"{name}:{i + 1}: {lines[i].Trim()}  ({why})");
                    }
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Files_lines_and_methods_stay_small()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".cs"))
        {
            string[] lines = Repository.Lines(name);
            if (lines.Length > MostLines)
            {
                found.Add($"{name}: {lines.Length} lines, at most {MostLines}");
            }

            int memberStart = -1;
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length > MostColumns && !lines[i].Contains("///", StringComparison.Ordinal)
                    && !name.StartsWith("tests/", StringComparison.Ordinal))
                {
                    found.Add($"{name}:{i + 1}: {lines[i].Length} columns, at most {MostColumns}");
                }

                if (lines[i] == "    {")
                {
                    memberStart = i;
                }
                else if (lines[i] == "    }" && memberStart >= 0)
                {
                    bool isMethod = memberStart > 0 && lines[memberStart - 1].TrimEnd().EndsWith(')')
                        && !Regex.IsMatch(lines[memberStart - 1], @"\b(class|struct|record)\b");
                    if (isMethod && i - memberStart > MostMethodLines)
                    {
                        found.Add($"{name}:{memberStart}: a method of {i - memberStart} lines, at most {MostMethodLines}");
                    }

                    memberStart = -1;
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".cs"))
        {
            string folder = Path.GetDirectoryName(name)!.Replace('\\', '/');
            string expected = string.Join('.', folder.Split('/').Skip(1)).Replace('/', '.');
            Match declared = Regex.Match(Repository.Read(name), @"^namespace ([\w.]+)\s*;", RegexOptions.Multiline);
            // A plan node's namespace must not change when its file grows into a folder.
            bool grown = declared.Groups[1].Value == "ColumnStream.Engine.Operators"
                && expected.StartsWith("ColumnStream.Engine.Operators.", StringComparison.Ordinal);
            if (declared.Success && !grown && declared.Groups[1].Value != expected
                && declared.Groups[1].Value != expected.Replace(".Formats." + folder.Split('/')[^1], ".Formats", StringComparison.Ordinal))
            {
                found.Add($"{name}: namespace {declared.Groups[1].Value}, expected {expected}");
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void A_file_holds_one_public_type()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".cs").Where(n => !n.StartsWith("tests/", StringComparison.Ordinal)))
        {
            MatchCollection types = Regex.Matches(
                Repository.Read(name),
                @"^public (?:(?:sealed|static|abstract|readonly|ref|unsafe|partial) )*(?:class|record struct|record|struct|enum|interface|delegate \S+) (\w+)(<)?",
                RegexOptions.Multiline);
            string[] names = [.. types.Select(t => t.Groups[1].Value).Distinct()];
            if (names.Length > 1)
            {
                found.Add($"{name}: {string.Join(", ", names)}");
            }
            else if (names.Length == 1 && Path.GetFileNameWithoutExtension(name).Split('.')[0] is string file
                && file != names[0] && file + "Node" != names[0])
            {
                found.Add($"{name}: holds {names[0]}");
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("engine/ColumnStream.Compute/Functions/", "ScalarFunction", "engine/ColumnStream.Compute/Functions/FunctionTable.cs")]
    [InlineData("engine/ColumnStream.Compute/Aggregates/", "AggregateFunction", "engine/ColumnStream.Compute/Aggregates/AggregateTable.cs")]
    [InlineData("connectors/ColumnStream.Connectors/", "Connector", "connectors/ColumnStream.Connectors/ConnectorTable.cs")]
    [InlineData("connectors/ColumnStream.Connectors/", "Format", "connectors/ColumnStream.Connectors/FormatTable.cs")]
    public void Extensions_stand_in_their_table(string folder, string contract, string table)
    {
        string index = Repository.Read(table);
        List<string> found = [];
        foreach (string name in Repository.Files(".cs").Where(n => n.StartsWith(folder, StringComparison.Ordinal)))
        {
            foreach (Match type in Regex.Matches(
                Repository.Read(name), $@"^(?:internal|public) sealed class (\w+)(?:\(.*\))?\s*:\s*{contract}\b", RegexOptions.Multiline))
            {
                if (!Regex.IsMatch(index, $@"\b{type.Groups[1].Value}\b"))
                {
                    found.Add($"{name}: {type.Groups[1].Value} is not in {table}");
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void A_connector_names_no_sibling()
    {
        const string Room = "connectors/ColumnStream.Connectors/";
        string[] folders =
        [
            .. Directory.GetDirectories(Path.Combine(Repository.Root, Room)).Select(f => Path.GetFileName(f)!)
                .Where(f => f is not ("Formats" or "bin" or "obj")),
        ];
        List<string> found = [];
        foreach (string name in Repository.Files(".cs").Where(n => n.StartsWith(Room, StringComparison.Ordinal)))
        {
            string? own = folders.FirstOrDefault(f => name.StartsWith(Room + f + "/", StringComparison.Ordinal));
            bool isFormat = name.StartsWith(Room + "Formats/", StringComparison.Ordinal);
            foreach (string other in folders.Where(f => f != own && (own is not null || isFormat)))
            {
                if (Repository.Read(name).Contains($"ColumnStream.Connectors.{other}", StringComparison.Ordinal))
                {
                    found.Add($"{name}: names {other}");
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }
}
