using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is a folder with the job of examples/two_sinks.sql and its output.</summary>
/// <remarks>A run takes about two seconds and some 30 checkpoints; every row follows from a seed.</remarks>
public sealed class TwoSinkJob : IDisposable
{
    private readonly bool _isOwn;

    /// <summary>Writes the job into a new folder, or into one that is given.</summary>
    public TwoSinkJob(string? folder = null)
    {
        _isOwn = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("columnstream-kill-").FullName;
        File.WriteAllText(
            Path.Combine(Folder, "job.sql"), Example().Replace("examples/out/", "", StringComparison.Ordinal));
    }

    /// <summary>Gets the names of the sinks, which are their folders.</summary>
    public static IReadOnlyList<string> Sinks { get; } = ["counts", "dear"];

    public string Folder { get; }

    /// <summary>Gets the arguments of a run that goes on where the last one stopped.</summary>
    public static string[] Arguments(params string[] more) =>
    [
        "run", "job.sql", "--restore", "latest", .. more,
    ];

    /// <summary>Reads what a reader of a sink's folder sees: the rows of all files that are not hidden, sorted.</summary>
    public List<string> Rows(string sink)
    {
        List<string> rows = [];
        string folder = Path.Combine(Folder, sink);
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            string name = Path.GetFileName(path);
            if (name[0] is '.' or '_')
            {
                continue;
            }

            string text = File.ReadAllText(path);
            if (!name.StartsWith("part-", StringComparison.Ordinal) || (text.Length > 0 && text[^1] != '\n'))
            {
                throw new InvalidDataException($"Visible file is not a whole part: {sink}/{name}, {text.Length} bytes.");
            }

            rows.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    /// <summary>Describes how rows differ from those expected: what is lost and what is there too often; null when equal.</summary>
    public static string? Difference(List<string> expected, List<string> rows, bool mayLack = false)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string row in expected)
        {
            counts[row] = counts.GetValueOrDefault(row) + 1;
        }

        foreach (string row in rows)
        {
            counts[row] = counts.GetValueOrDefault(row) - 1;
        }

        string[] lost = [.. counts.Where(c => c.Value > 0).Select(c => c.Key)];
        string[] extra = [.. counts.Where(c => c.Value < 0).Select(c => c.Key)];
        return (lost.Length == 0 || mayLack) && extra.Length == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{lost.Length} rows lost, {extra.Length} wrong or doubled; first lost: {lost.FirstOrDefault()}; first extra: {extra.FirstOrDefault()}");
    }

    private static string Example()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return File.ReadAllText(Path.Combine(folder, "examples/two_sinks.sql"));
    }

    public void Dispose()
    {
        if (_isOwn)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
