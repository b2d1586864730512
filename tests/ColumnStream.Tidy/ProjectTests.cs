using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace ColumnStream.Tidy;

/// <summary>Holds projects, packages and pages against the map of the house.</summary>
public sealed class ProjectTests
{
    /// <summary>Which project may import which; the rows are the map of the house.</summary>
    private static readonly Dictionary<string, string[]> MayImport = new(StringComparer.Ordinal)
    {
        ["Arrow"] = [],
        ["Sql"] = [],
        ["Compute"] = ["Arrow"],
        ["Engine"] = ["Arrow", "Compute"],
        ["Runtime"] = ["Engine", "Compute", "Arrow"],
        ["Planner"] = ["Sql", "Engine", "Compute", "Arrow"],
        ["Aliyun"] = [],
        ["Connectors"] = ["Engine", "Compute", "Arrow", "Aliyun"],
        ["Flight"] = ["Arrow"],
        ["Flight.Hosting"] = ["Flight", "Arrow"],
        ["Flight.Sql"] = ["Flight", "Arrow"],
        ["Flight.Transport"] = ["Flight", "Flight.Hosting", "Runtime", "Engine", "Arrow"],
        ["Data"] = ["Flight.Sql", "Flight", "Arrow"],
        ["Server"] =
            ["Arrow", "Compute", "Engine", "Runtime", "Sql", "Planner", "Connectors", "Flight", "Flight.Hosting", "Flight.Sql",
            "Flight.Transport", "Data"],
        ["Testing"] =
        [
            "Arrow", "Compute", "Engine", "Runtime", "Sql", "Planner", "Aliyun", "Connectors", "Flight", "Flight.Hosting", "Flight.Sql",
            "Flight.Transport", "Data", "Server",
        ],
        ["Tests"] = ["Testing"],
        ["Sql.Tests"] = ["Testing"],
        ["Simulation.Tests"] = ["Testing"],
        ["Fuzz"] = ["Testing"],
        ["Tidy"] = [],
        ["Nexmark"] = ["Arrow", "Compute", "Engine", "Runtime", "Sql", "Planner", "Connectors"],
        ["Microbench"] =
        [
            "Arrow", "Compute", "Engine", "Runtime", "Sql", "Planner", "Aliyun", "Connectors", "Flight", "Flight.Hosting", "Flight.Transport",
        ],
    };

    [Fact]
    public void Projects_import_only_what_the_map_allows()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".csproj"))
        {
            string project = Path.GetFileNameWithoutExtension(name)["ColumnStream.".Length..];
            if (!MayImport.TryGetValue(project, out string[]? allowed))
            {
                found.Add($"{name}: is not on the map in this test");
                continue;
            }

            foreach (XElement reference in XDocument.Load(Path.Combine(Repository.Root, name)).Descendants("ProjectReference"))
            {
                string target = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)["ColumnStream.".Length..];
                if (!allowed.Contains(target))
                {
                    found.Add($"{name}: may not import {target}");
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_page()
    {
        string solution = Repository.Read("ColumnStream.sln").Replace('\\', '/');
        List<string> found = [];
        foreach (string name in Repository.Files(".csproj"))
        {
            if (!solution.Contains(name, StringComparison.Ordinal))
            {
                found.Add($"{name}: is not in ColumnStream.sln");
            }

            string page = Path.GetDirectoryName(name)!.Replace('\\', '/') + "/README.md";
            bool needsPage = !name.StartsWith("tests/", StringComparison.Ordinal);
            if (needsPage && !File.Exists(Path.Combine(Repository.Root, page)))
            {
                found.Add($"{page}: is missing");
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Every_package_is_explained_in_the_front_page()
    {
        string readme = Repository.Read("README.md");
        string[] missing =
        [
            .. XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
                .Descendants("PackageVersion").Select(p => (string)p.Attribute("Include")!)
                .Where(p => !readme.Contains(p, StringComparison.Ordinal)),
        ];
        Assert.Empty(missing);
    }

    [Fact]
    public void Links_in_pages_resolve()
    {
        List<string> found = [];
        foreach (string name in Repository.Files(".md"))
        {
            string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(name)!);
            foreach (Match link in Regex.Matches(Repository.Read(name), @"\]\(([^)#\s]+)(#[^)]*)?\)"))
            {
                string target = link.Groups[1].Value;
                if (!target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)))
                {
                    found.Add($"{name}: {target}");
                }
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void Banned_symbols_have_reasons()
    {
        foreach (string line in Repository.Lines("BannedSymbols.txt").Where(l => l.Length > 0))
        {
            string[] parts = line.Split(';', 2);
            Assert.True(parts.Length == 2 && parts[1].Trim().Length > 10, line);
        }
    }

    [Fact]
    public void Error_codes_ascend()
    {
        int[] codes =
        [
            .. Regex.Matches(Repository.Read("engine/ColumnStream.Engine/Errors/ErrorCodes.cs"), @"new\((\d{4}),")
                .Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)),
        ];
        Assert.True(codes.Length > 10);
        Assert.Equal(codes.Distinct().Order(), codes);
    }

    [Fact]
    public void Every_code_that_is_thrown_has_a_row_with_state_status_and_retry_rule()
    {
        const string Table = "engine/ColumnStream.Engine/Errors/ErrorCodes.cs";
        HashSet<string> rows = [.. Regex.Matches(Repository.Read(Table), @"new\(\s*(\d{4}),").Select(m => m.Groups[1].Value)];
        List<string> found = [];
        int thrown = 0;
        foreach (string name in Repository.Files(".cs").Where(f => f != Table && !f.StartsWith("tests/", StringComparison.Ordinal)))
        {
            foreach (Match match in Regex.Matches(
                Repository.Read(name), @"(?:Exception|Diagnostic|Failure|Wrong|Refuse\w*|Throw\.\w+)\(\s*([1-69]\d{3}),"))
            {
                thrown++;
                string code = match.Groups[1].Value;
                if (!rows.Contains(code) && code[0] != '1')
                {
                    found.Add($"{name}: CST{code} has no row in ErrorCodes");
                }
            }
        }

        Assert.True(thrown > 100, $"only {thrown} places were found");
        Assert.True(found.Count == 0, string.Join("\n", found.Distinct()));
    }

    [Fact]
    public void The_top_level_holds_only_what_it_should()
    {
        string[] allowed =
        [
            "engine", "flight", "connectors", "planner", "tests", "perf", "examples", "ColumnStream.sln", "README.md",
            ".editorconfig", "columnstream", ".ci", ".git", ".gitignore", ".gitattributes", "Directory.Build.props",
            "Directory.Packages.props", "BannedSymbols.txt", "global.json", "nuget.config", "artifacts", ".columnstream",
        ];
        string[] entries = [.. Directory.GetFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)!)];
        Assert.Empty(entries.Except(allowed));
    }
}
