using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Reads .slt files: sqllogictest, and a block <c>stream</c> of our own that feeds and expects rows in order.</summary>
/// <remarks>
/// <code>
/// statement ok | statement error CST2003     followed by SQL, up to an empty line
/// query [rowsort|nosort]                     SQL, a line ----, the rows with tabs between values
/// stream SELECT …                            further SQL lines, then &gt; table row, &gt; end, &lt; row
/// &gt; clock 2 h | &gt; down 2 h               a step of stream: the time passes behind the rows above, which are worked off;
///                                        with down the job is dead meanwhile, in legs that kill it; the
///                                        block then begins on 2026-01-01 00:00 UTC
/// # legs: -rescaled, -killed: why           above a block: legs in which it may answer otherwise, and is only run
/// </code>
/// </remarks>
public static class SltFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">A block is none of the known ones; names file and line.</exception>
    public static IReadOnlyList<SltRecord> Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        List<SltRecord> records = [];
        IReadOnlyList<string> exempt = [];
        for (int i = 0; i < lines.Length;)
        {
            if (lines[i].Trim().Length == 0 || lines[i].StartsWith('#'))
            {
                exempt = Exempt(path, lines[i], i + 1) ?? exempt;
                i++;
                continue;
            }

            int start = i;
            while (i < lines.Length && lines[i].Trim().Length > 0)
            {
                i++;
            }

            records.Add(Parse(path, lines[start..i], start + 1) with { Exempt = exempt });
            exempt = [];
        }

        return records;
    }

    private static string[]? Exempt(string path, string line, int number)
    {
        const string Mark = "# legs:";
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = line[Mark.Length..].Split(':', 2, StringSplitOptions.TrimEntries);
        string[] names = [.. parts[0].Split(',', StringSplitOptions.TrimEntries).Select(n => n.TrimStart('-'))];
        return parts.Length == 2 && parts[1].Length > 10 && names.All(n => SltLeg.All.Any(leg => leg.Name == n))
            ? names
            : throw new FormatException($"{path}:{number}: expected '# legs: -name: reason', names of SltLeg.All: {line}.");
    }

    private static SltRecord Parse(string path, string[] block, int line)
    {
        string[] head = block[0].Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        string[] body = [.. block.Skip(1).Where(l => !l.StartsWith('#'))];
        switch (head[0])
        {
            case "statement" when head.Length >= 2 && head[1] is "ok" or "error":
                return new SltRecord("statement " + head[1], head.ElementAtOrDefault(2) ?? "", Join(body), [], line);
            case "query":
                int rule = Array.IndexOf(body, "----");
                return rule < 0
                    ? throw new FormatException($"{path}:{line}: query without ----.")
                    : new SltRecord("query", head.ElementAtOrDefault(1) ?? "rowsort", Join(body[..rule]), body[(rule + 1)..], line);
            case "stream":
                string[] steps = [.. body.Where(IsStep)];
                string sql = block[0]["stream".Length..] + "\n" + Join([.. body.Where(l => !IsStep(l))]);
                return new SltRecord("stream", "", sql, steps, line);
            default:
                throw new FormatException($"{path}:{line}: expected statement, query or stream: {block[0]}.");
        }
    }

    private static bool IsStep(string line) =>
        line.StartsWith("> ", StringComparison.Ordinal) || line.StartsWith("< ", StringComparison.Ordinal);

    private static string Join(string[] lines) => string.Join('\n', lines);
}
