using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Sql.Tests.Savepoints;

/// <summary>Runs the job of the golden savepoint as real processes in a folder of its own.</summary>
/// <remarks>Its source follows a folder, so that it runs until it is stopped; what files it has read, its sinks show at a checkpoint.</remarks>
internal sealed class SavepointJob : IDisposable
{
    private long _rows;

    /// <summary>Gets the folder of the golden savepoint.</summary>
    public static string Golden { get; } = Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "data", "savepoints", "v1");

    /// <summary>Gets the working folder.</summary>
    public TempFolder Folder { get; } = new();

    /// <summary>Gets or sets statements in front of the job's own.</summary>
    public string Settings { get; set; } = "";

    /// <summary>Gets where savepoints go.</summary>
    public string SavedTo { get; init; } = "saved";

    /// <summary>Gets variables of the processes.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Gets the names of the golden input's files.</summary>
    public static IReadOnlyList<string> GoldenRows(string file) => File.ReadAllLines(Path.Combine(Golden, file));

    /// <summary>Adds a file to the input.</summary>
    public void AddInput(string name, IEnumerable<string> rows)
    {
        string[] all = [.. rows];
        _rows += all.Length;
        Directory.CreateDirectory(Folder.At("in"));
        string temporary = Folder.At("in-coming");
        File.WriteAllText(temporary, string.Concat(all.Select(static r => r + "\n")));
        File.Move(temporary, Folder.At(Path.Combine("in", name)));
    }

    /// <summary>Starts the job; one that follows its input never ends by itself.</summary>
    public ServerProcess Start(
        bool follows, string restore, int parallelism, string? failPoint = null, string checkpoints = ".columnstream/checkpoints",
        string settings = "")
    {
        string script = settings + File.ReadAllText(Path.Combine(Golden, "job.sql"))
            .Replace("${follow}", follows ? ", 'source.monitor-interval' = '50ms'" : "", StringComparison.Ordinal);
        File.WriteAllText(Folder.At("job.sql"), Settings + "\n" + script);
        Dictionary<string, string> environment = Environment();
        if (failPoint is not null)
        {
            environment.Add("COLUMNSTREAM_FAILPOINT", failPoint);
        }

        return new ServerProcess(
            Folder.Path,
            ["run", "job.sql", "--restore", restore, "-p", $"{parallelism}", "-D", $"execution.checkpointing.dir={checkpoints}"],
            environment);
    }

    /// <summary>Begins to count anew: what was read so far is shown elsewhere.</summary>
    public void ForgetShown() => _rows = 0;

    /// <summary>Goes on from somewhere until all rows are read, and ends the inputs.</summary>
    public void Finish(string restore, int parallelism)
    {
        using ServerProcess process = Start(follows: true, restore, parallelism);
        WaitUntilRead(process);
        Stop(process, "--drain");
    }

    /// <summary>Runs the job over the files that are there, until they end.</summary>
    public (int ExitCode, string Output) Run(string restore, int parallelism)
    {
        using ServerProcess process = Start(follows: false, restore, parallelism);
        return (process.Wait(), process.Output);
    }

    /// <summary>Runs another command of the program.</summary>
    public (int ExitCode, string Output) Command(params string[] arguments) =>
        ServerProcess.Run(Folder.Path, arguments, Environment());

    /// <summary>Stops the job behind a savepoint; returns where that is.</summary>
    public string Stop(ServerProcess process, params string[] more)
    {
        (int code, string output) = Command(["stop", "job", "--savepoint", SavedTo, "-q", .. more]);
        if (code != 0 || process.Wait() != 0)
        {
            throw new InvalidOperationException($"The job did not stop: {output} {process.Output}");
        }

        return output.Trim();
    }

    /// <summary>Waits until the job has shown what all rows so far give, and others what <paramref name="twice"/> of them give again.</summary>
    public void WaitUntilRead(ServerProcess process, int twice = 0)
    {
        if (!process.WaitUntil(() => Counted() == _rows + twice))
        {
            throw new InvalidOperationException($"The job ended: {process.Output}");
        }
    }

    /// <summary>Returns the net rows of every sink: table, row, how often.</summary>
    public SortedDictionary<string, int> Net() => Net(Folder.At("out"));

    /// <summary>Returns the net rows of parts below a folder, a folder a table.</summary>
    public static SortedDictionary<string, int> Net(string folder)
    {
        var net = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string table in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            foreach (string part in Directory.GetFiles(table).Where(static p => Path.GetFileName(p)[0] != '.'))
            {
                foreach (string line in File.ReadAllLines(part))
                {
                    Add(net, Path.GetFileName(table), line);
                }
            }
        }

        return net;
    }

    public void Dispose() => Folder.Dispose();

    private static void Add(SortedDictionary<string, int> net, string table, string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        string row = line;
        int sign = 1;
        if (json.RootElement.TryGetProperty("op", out JsonElement op))
        {
            sign = op.GetString() == "d" ? -1 : 1;
            row = json.RootElement.GetProperty(sign < 0 ? "before" : "after").GetRawText();
        }

        string key = $"{table} {row}";
        int count = net.GetValueOrDefault(key) + sign;
        if (count == 0)
        {
            net.Remove(key);
        }
        else
        {
            net[key] = count;
        }
    }

    /// <summary>Adds up the counts of all groups: the rows that the job has read and shown.</summary>
    private long Counted()
    {
        try
        {
            return !Directory.Exists(Folder.At("out")) ? 0 : Net()
                .Where(static r => r.Key.StartsWith("agg ", StringComparison.Ordinal))
                .Sum(static r => r.Value * JsonDocument.Parse(r.Key[4..]).RootElement.GetProperty("c").GetInt64());
        }
        catch (IOException)
        {
            // A part was made visible or removed while it was looked at.
            Thread.Sleep(10);
            return -1;
        }
    }

    private Dictionary<string, string> Environment() => new(Variables)
    {
        ["COLUMNSTREAM_RUNTIME_DIR"] = Folder.At("run"),
    };
}
