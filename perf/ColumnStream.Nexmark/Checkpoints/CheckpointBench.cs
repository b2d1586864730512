using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Sql;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Measures what checkpoints of a keyed state cost while one key in a hundred changes between them, and a restore of it.</summary>
/// <remarks>checkpoint [--megabytes 10,100,1000] [--seconds 20] [--interval-ms 1000] [--folder /tmp/columnstream-checkpoints]</remarks>
internal static class CheckpointBench
{
    /// <summary>Native bytes of a key's row, text and index entry, about.</summary>
    private const long BytesPerKey = 190;

    private const string Script = """
        CREATE TABLE keys (k BIGINT, v BIGINT, s STRING) WITH ('connector' = 'keys');
        CREATE TABLE results (k BIGINT, c BIGINT, t BIGINT, m STRING) WITH ('connector' = 'blackhole');
        INSERT INTO results SELECT k, COUNT(*), SUM(v), MAX(s) FROM keys GROUP BY k;
        """;

    /// <summary>Runs what the arguments say.</summary>
    public static int Run(string[] args)
    {
        string folder = Value(args, "--folder", "/tmp/columnstream-checkpoints");
        int seconds = Number(Value(args, "--seconds", "20"));
        int intervalMs = Number(Value(args, "--interval-ms", "1000"));
        if (args.Contains("restore"))
        {
            Restore(folder, Number(Value(args, "--megabytes", "1000")));
            return 0;
        }

        Console.WriteLine("| state | ns/event without | with | more | with, no ledger | more "
            + "| bytes a checkpoint | ms a checkpoint "
            + "| pause at a barrier, CPU ms: p50 / p99 / most | other polls p50 / p99 | checkpoints, of them full |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (int megabytes in Value(args, "--megabytes", "10,100,1000").Split(',').Select(Number))
        {
            Figures without = Measure(megabytes, seconds, null, intervalMs);
            Delete(folder);
            Figures plainly = Measure(megabytes, seconds, folder, intervalMs, hasLedger: false);
            Delete(folder);
            Figures with = Measure(megabytes, seconds, folder, intervalMs);
            Figures again = Measure(megabytes, seconds, null, intervalMs);
            double plain = (without.NsPerEvent + again.NsPerEvent) / 2;
            IReadOnlyList<double> pauses = with.Traffic.BarrierMs;
            IReadOnlyList<double> gaps = with.Traffic.GapMs;
            Console.WriteLine(FormattableString.Invariant(
                $"| {with.StateBytes / 1e6:F0} MB, {with.Traffic.Keys:N0} keys | {plain:F1} | {with.NsPerEvent:F1} ")
                + FormattableString.Invariant($"| {(with.NsPerEvent / plain) - 1:P1} ")
                + FormattableString.Invariant($"| {plainly.NsPerEvent:F1} | {(plainly.NsPerEvent / plain) - 1:P1} ")
                + FormattableString.Invariant(
                $"| {with.CheckpointBytes:N0} | {with.CheckpointMs:F0} ")
                + FormattableString.Invariant($"| {At(pauses, 0.5):F2} / {At(pauses, 0.99):F2} / {At(pauses, 1):F2} ")
                + FormattableString.Invariant($"| {At(gaps, 0.5):F2} / {At(gaps, 0.99):F2} | {with.Checkpoints}, {with.Full} |"));
            RestoreElsewhere(folder, megabytes);
        }

        Delete(folder);
        return 0;
    }

    private static Figures Measure(int megabytes, int seconds, string? folder, int intervalMs, bool hasLedger = true)
    {
        var traffic = new KeyTraffic(megabytes * 1_000_000L / BytesPerKey);
        using var bench = new JobBench(traffic);
        RunningJob job = bench.Start(folder, TimeSpan.FromMilliseconds(intervalMs), RestoreMode.None, hasLedger);
        traffic.Loaded.Wait();
        long loadedAt = job.Metrics().Checkpoints.Completed;
        while (folder is not null && job.Metrics().Checkpoints.Completed < loadedAt + 2)
        {
            Thread.Sleep(50);
        }

        CheckpointMetrics before = job.Metrics().Checkpoints;
        long cpu = ProcessClock.CpuNs;
        long start = Stopwatch.GetTimestamp();
        traffic.IsHot = true;
        long bytes = 0;
        double ms = 0;
        long full = 0;
        long seen = before.Completed;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            Thread.Sleep(Math.Max(1, intervalMs / 20));
            if (folder is null)
            {
                traffic.Hundredth = (long)(Stopwatch.GetElapsedTime(start).TotalMilliseconds / intervalMs);
            }

            CheckpointMetrics now = job.Metrics().Checkpoints;
            if (now.Completed > seen)
            {
                seen = now.Completed;
                // A chain of changes that grew too long, by the load, is replaced by a whole snapshot: counted apart.
                bool isFull = now.LastBytes > traffic.Keys * BytesPerKey / 8;
                full += isFull ? 1 : 0;
                bytes += isFull ? 0 : now.LastBytes;
                ms += isFull ? 0 : now.LastDurationMs;
            }
        }

        cpu = ProcessClock.CpuNs - cpu;
        long rows = Volatile.Read(ref traffic.HotRows);
        JobMetrics metrics = job.Metrics();
        long checkpoints = Math.Max(1, seen - before.Completed - full);
        job.Cancel();
        if (job.Wait() != JobStatus.Cancelled)
        {
            throw new InvalidOperationException("Job failed.", job.Failure);
        }

        return new Figures(
            traffic, (double)cpu / rows, bytes / checkpoints, ms / checkpoints, seen - before.Completed, full,
            metrics.Nodes.Sum(n => n.StateBytes));
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

    private static void Restore(string folder, int megabytes)
    {
        TimeSpan toMain = TimeProvider.System.GetUtcNow() - Process.GetCurrentProcess().StartTime.ToUniversalTime();
        long main = Stopwatch.GetTimestamp();
        var traffic = new KeyTraffic(megabytes * 1_000_000L / BytesPerKey);
        using var bench = new JobBench(traffic);
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

    private static double At(IReadOnlyList<double> values, double part) =>
        values.Count == 0 ? 0 : values.Order().ElementAt(Math.Min(values.Count - 1, (int)Math.Ceiling(part * values.Count) - 1));

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

    private sealed record Figures(
        KeyTraffic Traffic, double NsPerEvent, long CheckpointBytes, double CheckpointMs, long Checkpoints, long Full,
        long StateBytes);

    /// <summary>Is one worker, two threads for files, and the job.</summary>
    private sealed class JobBench : IDisposable
    {
        private readonly SizeClassPool _pool = new();
        private readonly BufferAllocator _allocator;
        private readonly StatePool _pages = new();
        private readonly WorkerPool _workers = new("worker", 1, TimeProvider.System);
        private readonly WorkerPool _io = new("io", 2, TimeProvider.System);
        private readonly ConnectorRegistry _connectors;
        private readonly PlannedJob _job;

        public JobBench(KeyTraffic traffic)
        {
            _allocator = new BufferAllocator("checkpoints", _pool);
            _connectors = new ConnectorRegistry(
                [.. ConnectorTable.Create(TextWriter.Null, TextWriter.Null), new KeyConnector(traffic)]);
            PlanResult plan = new ScriptPlanner(_connectors, PlannerOptions.Default).Plan(SqlParser.Parse(Script, "keys"));
            _job = plan.IsSuccess
                ? plan.Statements.OfType<PlannedJob>().Single()
                : throw new InvalidOperationException(string.Join("\n", plan.Errors.Select(e => e.Message)));
        }

        public RunningJob Start(string? folder, TimeSpan interval, RestoreMode restore, bool hasLedger = true) =>
            new JobRunner(_workers, _io, _connectors, _allocator, _pages).Start(_job.Graph, new JobOptions("keys")
            {
                Checkpoints = folder is null ? null : new LocalObjectStore(folder),
                CheckpointInterval = folder is null ? null : interval,
                Restore = restore,
                HasLedger = hasLedger,
                Warn = Console.Error.WriteLine,
            });

        public void Dispose()
        {
            _workers.Dispose();
            _io.Dispose();
            _pages.Dispose();
            _allocator.Dispose();
            _pool.Dispose();
        }
    }
}
