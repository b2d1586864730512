using System;
using System.Collections.Generic;

namespace ColumnStream.Planner.Functions;

/// <summary>Reads the comments of an .slt file of sourced answers for one entry of the list.</summary>
/// <remarks>
/// <code>
/// # entry: UPPER(string)              once, the form as the list has it
/// # source: Flink documentation       before each query and each expected error
/// # covers: null, unicode             anywhere
/// </code>
/// Each expected row, and each expected error, is one sourced row.
/// </remarks>
public sealed class CaseFile
{
    private CaseFile(string path)
    {
        Path = path;
    }

    /// <summary>Gets the file.</summary>
    public string Path { get; }

    /// <summary>Gets the entry, or null when the file names none that exists.</summary>
    public FunctionEntry? Entry { get; private set; }

    /// <summary>Gets the number of sourced rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Gets the sources.</summary>
    public SortedSet<string> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what the rows cover: <c>null</c>, <c>unicode</c>, <c>overflow</c>, <c>dst</c> and others.</summary>
    public SortedSet<string> Covers { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what is wrong with the comments, each with file and line.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Reads a file's lines.</summary>
    public static CaseFile Parse(string path, IReadOnlyList<string> lines)
    {
        var file = new CaseFile(path);
        string? source = null;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            if (Value(line, "# entry:") is { } form)
            {
                file.SetEntry(form, i + 1);
            }
            else if (Value(line, "# source:") is { } name)
            {
                source = name;
                file.Sources.Add(name);
            }
            else if (Value(line, "# covers:") is { } words)
            {
                file.Covers.UnionWith(words.ToLowerInvariant().Split(
                    ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }
            else if (IsAnswer(line))
            {
                int rows = file.Skip(lines, ref i, out int start);
                if (source is null)
                {
                    file.Problems.Add($"{path}:{start + 1}: '# source:' is missing before this block.");
                }
                else
                {
                    file.Rows += rows;
                }

                source = null;
            }
        }

        if (file.Entry is null && file.Problems.Count == 0)
        {
            file.Problems.Add($"{path}:1: '# entry:' is missing.");
        }

        return file;
    }

    private static string? Value(string line, string key) =>
        line.StartsWith(key, StringComparison.Ordinal) ? line[key.Length..].Trim() : null;

    private static bool IsAnswer(string line) =>
        line == "query" || line.StartsWith("query ", StringComparison.Ordinal)
        || line.StartsWith("statement error", StringComparison.Ordinal)
        || line.StartsWith("stream ", StringComparison.Ordinal);

    private void SetEntry(string form, int line)
    {
        FunctionEntry? entry = FunctionEntries.Find(form);
        if (entry is null)
        {
            Problems.Add($"{Path}:{line}: the list has no entry '{form}'. Did you mean '{FunctionEntries.Nearest(form)}'?");
        }
        else if (Entry is not null)
        {
            Problems.Add($"{Path}:{line}: a file has one '# entry:'.");
        }

        Entry ??= entry;
    }

    /// <summary>Moves to the end of a block; returns its expected rows.</summary>
    private int Skip(IReadOnlyList<string> lines, ref int i, out int start)
    {
        start = i;
        bool isError = lines[i].StartsWith("statement error", StringComparison.Ordinal);
        bool isStream = lines[i].StartsWith("stream ", StringComparison.Ordinal);
        bool isResult = false;
        int rows = 0;
        for (; i < lines.Count && lines[i].Trim().Length > 0; i++)
        {
            rows += isResult || (isStream && lines[i].StartsWith("< ", StringComparison.Ordinal)) ? 1 : 0;
            isResult |= lines[i] == "----";
        }

        if (rows == 0 && !isError && !isResult)
        {
            Problems.Add($"{Path}:{start + 1}: the block expects nothing.");
        }

        return isError ? 1 : rows;
    }
}
