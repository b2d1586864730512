using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Planner.Functions;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Prints which entries of Flink's list of functions are covered, and how many sourced rows test each.</summary>
internal sealed class CoverageReport(TextWriter output, TextWriter error)
{
    private static readonly string[] Special = ["null", "unicode", "overflow", "dst"];

    /// <summary>Prints everything; returns the exit code.</summary>
    /// <param name="coverage">What planning found.</param>
    /// <param name="folder">The folder of case files, or null.</param>
    /// <param name="require">The least number of sourced rows that an entry must have; 0 for none.</param>
    public int Print(IReadOnlyList<EntryCoverage> coverage, string? folder, int require)
    {
        List<CaseFile>? cases = folder is null ? null : Read(folder);
        if (cases is null && require > 0)
        {
            error.WriteLine("columnstream: --require needs case files: name their folder with --cases.");
            return ExitCode.Usage;
        }

        int lacking = 0;
        foreach (IGrouping<string, EntryCoverage> family in coverage.GroupBy(c => c.Entry.Family))
        {
            output.WriteLine($"{family.Key}: {family.Count(c => c.IsCovered)} of {family.Count()}");
            foreach (EntryCoverage entry in family)
            {
                CaseFile[]? files = cases?.Where(c => c.Entry == entry.Entry).ToArray();
                output.WriteLine($"  {(entry.IsCovered ? "+" : "-")} {entry.Entry.Form}");
                output.WriteLine($"      {Verdict(entry)}");
                if (files is not null)
                {
                    output.WriteLine($"      {Cases(files)}");
                    lacking += files.Sum(f => f.Rows) < require ? 1 : 0;
                }
            }
        }

        Summarize(coverage, cases, require, lacking);
        int problems = cases?.Sum(c => c.Problems.Count) ?? 0;
        return problems > 0 || lacking > 0 || (require > 0 && coverage.Any(c => !c.IsCovered)) ? ExitCode.Failed : ExitCode.Done;
    }

    private static List<CaseFile> Read(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.slt").Order(StringComparer.Ordinal))
            .Select(path => CaseFile.Parse(path, File.ReadAllLines(path))),
    ];

    private static string Verdict(EntryCoverage entry)
    {
        if (entry.Error is { } why)
        {
            return $"CST{why.Code:D4} {Shorten(why)}  in  {entry.Refused}";
        }

        return string.Join("; ", entry.Signatures) + (entry.IsBatchOnly ? "  (batch mode)" : string.Empty);
    }

    private static string Shorten(SqlDiagnostic why) => why.Message.Length > 100 ? why.Message[..97] + "..." : why.Message;

    private static string Cases(CaseFile[] files)
    {
        int rows = files.Sum(f => f.Rows);
        if (rows == 0)
        {
            return "no sourced rows";
        }

        string[] sources = [.. files.SelectMany(f => f.Sources).Distinct().Order(StringComparer.Ordinal)];
        string[] covers = [.. Special.Where(s => files.Any(f => f.Covers.Contains(s)))];
        return $"{rows} sourced rows, {sources.Length} sources ({string.Join(", ", sources)})"
            + (covers.Length == 0 ? string.Empty : $"; {string.Join(", ", covers)}");
    }

    private void Summarize(IReadOnlyList<EntryCoverage> coverage, List<CaseFile>? cases, int require, int lacking)
    {
        output.WriteLine();
        if (cases is not null)
        {
            foreach (string problem in cases.SelectMany(c => c.Problems))
            {
                error.WriteLine(problem);
            }

            int tested = coverage.Count(e => cases.Any(c => c.Entry == e.Entry && c.Rows > 0));
            output.WriteLine(
                $"{cases.Sum(c => c.Rows)} sourced rows in {cases.Count} files for {tested} entries, "
                + $"{cases.SelectMany(c => c.Sources).Distinct().Count()} sources; "
                + string.Join(", ", Special.Select(s => $"{s} in {cases.Count(c => c.Covers.Contains(s))}")));
            if (require > 0)
            {
                output.WriteLine($"{coverage.Count - lacking} entries have {require} sourced rows or more");
            }
        }

        output.WriteLine($"{coverage.Count(c => c.IsCovered)} of {coverage.Count}");
    }
}
