using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is a folder with a script that real processes run, and its output.</summary>
public sealed class ChaosJob : IDisposable
{
    private readonly bool _isOwn;

    /// <summary>Writes the script into a new folder, or into one that is given; its sinks are folders beside it, or elsewhere.</summary>
    public ChaosJob(JobShape shape, string? folder = null, JobOutput? output = null)
    {
        _isOwn = folder is null;
        Shape = shape;
        Output = output ?? JobOutput.Folder;
        Folder = folder ?? Directory.CreateTempSubdirectory("columnstream-kill-").FullName;
        File.WriteAllText(Path.Combine(Folder, "job.sql"), Output.Prepare(this));
    }

    /// <summary>Gets where its sinks write.</summary>
    public JobOutput Output { get; }

    public JobShape Shape { get; }

    public string Folder { get; }

    /// <summary>Gets the folder of the job's checkpoints, where nothing else is said.</summary>
    public string Checkpoints => Path.Combine(Folder, ".columnstream/checkpoints/job");

    /// <summary>Gets or sets whether the folder stays when this is disposed: to look at what went wrong.</summary>
    public bool IsKept { get; set; }

    /// <summary>Gets the arguments of a run that goes on where the last one stopped.</summary>
    public static string[] Arguments(params string[] more) =>
        ["run", "job.sql", "--restore", "latest", "-D", "restart-strategy.type=none", .. more];

    /// <summary>Reads what a reader of a sink sees, sorted.</summary>
    /// <remarks>Changes are applied in the order of epochs; one that takes back what does not stand there is an error.</remarks>
    public List<string> Rows(string sink)
    {
        List<string> rows = Output.Rows(this, Shape.Sinks.Single(s => s.Name == sink));
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
}
