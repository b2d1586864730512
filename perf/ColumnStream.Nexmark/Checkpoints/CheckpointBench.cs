using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Measures what checkpoints of a keyed state cost while one key in a hundred changes between them, and a restore of it.</summary>
/// <remarks>checkpoint [--megabytes 10,100,1000] [--rounds 12] [--interval-ms 1000] [--folder /tmp/columnstream-checkpoints]</remarks>
internal static class CheckpointBench
{
    /// <summary>Runs what the arguments say.</summary>
    public static int Run(string[] args)
    {
        string folder = Value(args, "--folder", "/tmp/columnstream-checkpoints");
        int intervalMs = Number(Value(args, "--interval-ms", "1000"));
        if (args.Contains("restore"))
        {
            Restore(folder, Number(Value(args, "--megabytes", "1000")));
            return 0;
        }

        if (args.Contains("restart"))
        {
            Delete(folder);
            string program = Value(args, "--program", "artifacts/columnstream/ColumnStream.Server.dll");
            long keys = new KeyTraffic(Number(Value(args, "--megabytes", "1000"))).Keys;
            RestartBench.Run(program, folder, keys, Number(Value(args, "--times", "3")));
            Delete(folder);
            return 0;
        }

        if (args.Contains("load"))
        {
            Load(folder, Number(Value(args, "--megabytes", "1000")), TimeSpan.FromMilliseconds(intervalMs));
            return 0;
        }

        int rounds = Number(Value(args, "--rounds", "12"));
        foreach (int megabytes in Value(args, "--megabytes", "10,100,1000").Split(',').Select(Number))
        {
            using (var cost = new CheckpointCost(megabytes, folder, TimeSpan.FromMilliseconds(intervalMs)))
            {
                cost.Run(rounds);
            }

            RestoreElsewhere(Path.Combine(folder, CheckpointCost.Whole), megabytes);
            Delete(folder);
        }

        return 0;
    }

    /// <summary>Restores in a process of its own and prints what it says.</summary>
    private static void RestoreElsewhere(string folder, int megabytes)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CheckpointBench).Assembly.Location);
        }

        foreach (string argument in (string[])
            ["checkpoint", "restore", "--folder", folder, "--megabytes", megabytes.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        Console.Write(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
    }

    /// <summary>Loads a job, changes keys until some checkpoints hold changes, and kills itself.</summary>
    private static void Load(string folder, int megabytes, TimeSpan interval)
    {
        var traffic = new KeyTraffic(megabytes);
        using var bench = new JobBench("job", traffic);
        bench.Start(folder, interval, RestoreMode.None);
        traffic.Loaded.Wait();
        traffic.WaitForBarrier();
        traffic.WaitForBarrier();
        traffic.Begin();
        for (int n = 0; n < 5; n++)
        {
            traffic.WaitForBarrier();
        }

        Process.GetCurrentProcess().Kill();
    }

    private static void Restore(string folder, int megabytes)
    {
        TimeSpan toMain = TimeProvider.System.GetUtcNow() - Process.GetCurrentProcess().StartTime.ToUniversalTime();
        long main = Stopwatch.GetTimestamp();
        var traffic = new KeyTraffic(megabytes);
        using var bench = new JobBench("job", traffic);
        TimeSpan toPlan = Stopwatch.GetElapsedTime(main);
        long cpu = ProcessClock.CpuNs;
        RunningJob job = bench.Start(folder, TimeSpan.FromHours(1), RestoreMode.Latest);
        TimeSpan toStart = Stopwatch.GetElapsedTime(main);
        while (Volatile.Read(ref traffic.FirstPoll) == 0 && !job.HasEnded)
        {
            Thread.Sleep(1);
        }

        TimeSpan toRun = job.HasEnded
            ? throw new InvalidOperationException("Job failed.", job.Failure)
            : Stopwatch.GetElapsedTime(main, traffic.FirstPoll);
        cpu = ProcessClock.CpuNs - cpu;
        Console.WriteLine(FormattableString.Invariant(
            $"  restore: {(toMain + toRun).TotalSeconds:F2} s from the process's start to the first poll: ")
            + FormattableString.Invariant($"runtime {toMain.TotalSeconds:F2}, planning {toPlan.TotalSeconds:F2}, ")
            + FormattableString.Invariant($"generation and claim {(toStart - toPlan).TotalSeconds:F2}, ")
            + FormattableString.Invariant($"state {(toRun - toStart).TotalSeconds:F2} (CPU {cpu / 1e9:F2} s)"));
        Parts(folder);
        job.Cancel();
        job.Wait();
    }

    /// <summary>Reads the same files without making rows: bytes, hash, Arrow.</summary>
    private static void Parts(string folder)
    {
        var store = new LocalObjectStore(folder);
        string claim = Directory.GetFiles(Path.Combine(folder, "claim")).Max(StringComparer.Ordinal)!;
        using JsonDocument claimed = JsonDocument.Parse(File.ReadAllBytes(claim));
        using JsonDocument manifest = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(folder, claimed.RootElement.GetProperty("manifestPath").GetString()!)));
        var files = manifest.RootElement.GetProperty("tasks").EnumerateArray()
            .SelectMany(static t => t.GetProperty("states").EnumerateArray())
            .SelectMany(static s => s.GetProperty("files").EnumerateArray())
            .Select(static f => (
                f.GetProperty("path").GetString()!, f.GetProperty("offset").GetInt64(), f.GetProperty("length").GetInt64()))
            .ToList();
        byte[] buffer = new byte[1 << 20];
        double[] seconds = new double[3];
        long bytes = 0;
        long rows = 0;
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("parts", pool);
        for (int part = 0; part < 3; part++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach ((string path, long offset, long length) in files)
            {
                using Stream stream = store.OpenRead(path, offset, length)!;
                if (part == 2)
                {
                    using var reader = new IpcStreamReader(stream, allocator, IpcReaderOptions.Engine);
                    while (reader.Read() is { } batch)
                    {
                        rows += batch.Length;
                        batch.Release();
                    }

                    continue;
                }

                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (int read; (read = stream.Read(buffer)) > 0;)
                {
                    bytes += part == 0 ? read : 0;
                    hash.AppendData(buffer, 0, part == 1 ? read : 0);
                }
            }

            seconds[part] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"  of it, alone and one after the other: {bytes:N0} bytes in {files.Count} sections read in {seconds[0]:F2} s, ")
            + FormattableString.Invariant($"hashed in {seconds[1] - seconds[0]:F2} s, ")
            + FormattableString.Invariant($"{rows:N0} rows decompressed and decoded in {seconds[2] - seconds[0]:F2} s"));
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Value(string[] args, string name, string otherwise) =>
        Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : otherwise;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
