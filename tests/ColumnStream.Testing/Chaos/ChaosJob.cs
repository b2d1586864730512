using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is a folder with a script that real processes run, and its output.</summary>
public sealed class ChaosJob : IDisposable
{
    private readonly bool _isOwn;

    /// <summary>Writes the script into a new folder, or into one that is given.</summary>
    public ChaosJob(JobShape shape, string? folder = null)
    {
        _isOwn = folder is null;
        Shape = shape;
        Folder = folder ?? Directory.CreateTempSubdirectory("columnstream-kill-").FullName;
        File.WriteAllText(Path.Combine(Folder, "job.sql"), shape.Script);
    }

    public JobShape Shape { get; }

    public string Folder { get; }

    /// <summary>Gets the folder of the job's checkpoints, where nothing else is said.</summary>
    public string Checkpoints => Path.Combine(Folder, ".columnstream/checkpoints/job");

    /// <summary>Gets or sets whether the folder stays when this is disposed: to look at what went wrong.</summary>
    public bool IsKept { get; set; }

    /// <summary>Gets the arguments of a run that goes on where the last one stopped.</summary>
    public static string[] Arguments(params string[] more) =>
        ["run", "job.sql", "--restore", "latest", "-D", "restart-strategy.type=none", .. more];

    /// <summary>Reads what a reader of a sink's folder sees: the rows of all files that are not hidden, sorted.</summary>
    /// <remarks>Changes are applied in the order of epochs; one that takes back what does not stand there is an error.</remarks>
    public List<string> Rows(string sink)
    {
        List<string> rows = [];
        bool isChangelog = Shape.Sinks.Single(s => s.Name == sink).IsChangelog;
        foreach (string path in VisibleParts(sink))
        {
            string text = File.ReadAllText(path);
            if (text.Length > 0 && text[^1] != '\n')
            {
                throw new InvalidDataException($"Visible part is torn: {sink}/{Path.GetFileName(path)}, {text.Length} bytes.");
            }

            foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (isChangelog)
                {
                    Apply(line, rows, path);
                }
                else
                {
                    rows.Add(line);
                }
            }
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    /// <summary>Lists the files of a sink that readers see, in the order of epochs.</summary>
    public List<string> VisibleParts(string sink)
    {
        var parts = new List<(long Epoch, long Index, string Path)>();
        string folder = Path.Combine(Folder, sink);
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            string name = Path.GetFileName(path);
            if (name[0] is '.' or '_')
            {
                continue;
            }

            string[] words = Path.GetFileNameWithoutExtension(name).Split('-');
            if (words[0] != "part" || words.Length < 4)
            {
                throw new InvalidDataException($"Visible file is not a part: {sink}/{name}.");
            }

            parts.Add((
                long.Parse(words[^2], CultureInfo.InvariantCulture), long.Parse(words[^1], CultureInfo.InvariantCulture), path));
        }

        return [.. parts.Order().Select(p => p.Path)];
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

    /// <summary>Compares all sinks; while the job is not over, rows may lack and changes are only checked for their order.</summary>
    public string? Difference(IReadOnlyDictionary<string, List<string>> expected, bool isOver)
    {
        foreach (ShapeSink sink in Shape.Sinks)
        {
            List<string> rows = Rows(sink.Name);
            if ((isOver || !sink.IsChangelog) && Difference(expected[sink.Name], rows, mayLack: !isOver) is { } difference)
            {
                return $"{sink.Name}: {difference}";
            }
        }

        return null;
    }

    /// <summary>Copies everything, hidden files too, into a new job.</summary>
    public ChaosJob Copy()
    {
        var copy = new ChaosJob(Shape);
        foreach (string path in Directory.GetFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            string target = Path.Combine(copy.Folder, Path.GetRelativePath(Folder, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target, overwrite: true);
        }

        return copy;
    }

    public void Dispose()
    {
        if (_isOwn && !IsKept)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Applies one change; rows look as they would in a csv file.</summary>
    private static void Apply(string line, List<string> rows, string path)
    {
        using JsonDocument change = JsonDocument.Parse(line);
        string operation = change.RootElement.GetProperty("op").GetString()!;
        if (operation is "u" or "d" && !rows.Remove(Row(change.RootElement.GetProperty("before"))))
        {
            throw new InvalidDataException($"Change takes back what does not stand there: {path}: {line}");
        }

        if (operation is "u" or "c")
        {
            rows.Add(Row(change.RootElement.GetProperty("after")));
        }
    }

    private static string Row(JsonElement row) => string.Join(',', row.EnumerateObject().Select(p => p.Value.ToString()));
}
