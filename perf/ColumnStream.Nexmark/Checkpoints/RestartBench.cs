using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Kills a job of the command line while it runs and times the same command until the next row comes out of it.</summary>
/// <remarks>checkpoint restart [--megabytes 1000] [--times 3] [--program artifacts/columnstream/ColumnStream.Server.dll]</remarks>
internal static class RestartBench
{
    /// <summary>Runs what the arguments say.</summary>
    /// <param name="program">The published program.</param>
    /// <param name="folder">Is emptied, and holds the script and its checkpoints.</param>
    /// <param name="keys">How many keys the state holds when the job is killed, at least.</param>
    /// <param name="times">How often it is started again.</param>
    public static void Run(string program, string folder, long keys, int times)
    {
        Directory.CreateDirectory(folder);
        string script = Path.Combine(folder, "restart.sql");

        // Of the rows that come out one in 65,536 is printed; the sum, which is the key, keeps the filter behind the state.
        File.WriteAllText(script, $"""
            SET 'pipeline.name' = 'restart';
            SET 'execution.checkpointing.interval' = '2 s';
            SET 'state.checkpoints.dir' = 'file://{Path.GetFullPath(folder)}/checkpoints';
            CREATE TABLE keys (k BIGINT, s STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '0',
              'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '1000000000', 'fields.s.length' = '100');
            CREATE TABLE results (k BIGINT, n BIGINT, m STRING) WITH ('connector' = 'print');
            INSERT INTO results SELECT t, n, m FROM (SELECT COUNT(*) AS n, SUM(k) AS t, MAX(s) AS m FROM keys GROUP BY k)
            WHERE MOD(t, 65536) = 0;
            """);
        (long rows, long bytes) = (0, 0);
        using (Process first = Start(program, script))
        {
            while (rows < keys)
            {
                first.StandardOutput.ReadLine();
                (rows, bytes) = Newest(Path.Combine(folder, "checkpoints"));
            }

            first.Kill();
            first.WaitForExit();
        }

        for (int n = 0; n < times; n++)
        {
            long start = Stopwatch.GetTimestamp();
            using Process again = Start(program, script);
            string? line = again.StandardOutput.ReadLine();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double cpu = again.TotalProcessorTime.TotalSeconds;
            double resident = again.WorkingSet64 / 1e6;
            again.Kill();
            again.WaitForExit();
            Console.WriteLine(FormattableString.Invariant(
                $"killed, and running again after {seconds:F2} s (CPU {cpu:F2} s): {rows:N0} keys, {bytes:N0} bytes of snapshots, ")
                + FormattableString.Invariant($"{resident:F0} MB resident; first row: {line?[..Math.Min(40, line.Length)]}"));
        }
    }

    private static Process Start(string program, string script) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", program, "run", "--quiet", script, "--restore", "latest"])
        {
            RedirectStandardOutput = true,
        })!;

    /// <summary>Reads rows and bytes of the newest checkpoint.</summary>
    private static (long Rows, long Bytes) Newest(string folder)
    {
        string? claim = !Directory.Exists(folder) ? null : Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
            .Where(static f => Path.GetFileName(Path.GetDirectoryName(f)) == "claim").Max(StringComparer.Ordinal);
        if (claim is null)
        {
            Thread.Sleep(100);
            return default;
        }

        try
        {
            using JsonDocument claimed = JsonDocument.Parse(File.ReadAllBytes(claim));
            string job = Path.GetDirectoryName(Path.GetDirectoryName(claim))!;
            using JsonDocument manifest = JsonDocument.Parse(
                File.ReadAllBytes(Path.Combine(job, claimed.RootElement.GetProperty("manifestPath").GetString()!)));
            var files = manifest.RootElement.GetProperty("tasks").EnumerateArray()
                .SelectMany(static t => t.GetProperty("states").EnumerateArray())
                .SelectMany(static s => s.GetProperty("files").EnumerateArray()).ToList();
            return (
                files.Sum(static f => f.GetProperty("rows").GetInt64()), files.Sum(static f => f.GetProperty("length").GetInt64()));
        }
        catch (IOException)
        {
            // Replaced meanwhile by a newer one.
            return default;
        }
    }
}
