using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Testing.Chaos;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: a failed fsync, write, link, unlink or open never loses a row without a word. Method: strace makes the N-th call of a real
/// run fail, or kills the process on entering it; the run must end right or with a clear error, and the next run, left alone, must end right.
/// <c>COLUMNSTREAM_INJECTIONS=all</c> takes every call of a run (or a number of them), else a drawn sample; <c>COLUMNSTREAM_INJECTION_PART=1/3</c>
/// a third of them.
/// </summary>
public sealed class SystemCallTests(ITestOutputHelper output)
{
    private static readonly (string Call, string[] Actions)[] s_faults =
    [
        ("fsync", ["error=EIO", "error=ENOSPC", "signal=SIGKILL"]),
        ("link", ["error=EIO", "error=ENOSPC", "signal=SIGKILL"]),
        ("mkdir", ["error=ENOSPC"]),
        ("openat", ["error=EMFILE", "signal=SIGKILL"]),
        ("unlink", ["error=EIO", "signal=SIGKILL"]),
        ("write", ["error=ENOSPC", "error=EIO", "signal=SIGKILL"]),
    ];

    [Fact]
    public void Whatever_call_fails_no_row_is_lost_without_a_word()
    {
        if (SystemCallFault.Obstacle is { } obstacle)
        {
            output.WriteLine($"Not tried: {obstacle}");
            return;
        }

        int seed = KillTests.Number("COLUMNSTREAM_SEED", 20261122);
        List<SystemCallFault> faults = Faults(seed, out string calls);
        Say($"{faults.Count} faults; calls of a run that touch its files: {calls}");
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (SystemCallFault fault in faults)
        {
            string outcome = Try(fault);
            if (outcome.Contains('\n', StringComparison.Ordinal))
            {
                Say($"WRONG {fault}: {outcome}");
                wrong.Add(outcome);
                outcome = "wrong";
            }

            string key = $"{fault.Call} {fault.Action}: {outcome}";
            tally[key] = tally.GetValueOrDefault(key) + 1;
        }

        foreach ((string key, int count) in tally)
        {
            Say($"{count,5} {key}");
        }

        Assert.True(wrong.Count == 0, $"replay: COLUMNSTREAM_SEED={seed}\n{string.Join("\n\n", wrong.Take(5))}");
        Assert.Contains(tally, t => !t.Key.EndsWith("not reached", StringComparison.Ordinal));
    }

    /// <summary>Where a file system has no links, names are given by renames that replace nothing.</summary>
    [Fact]
    public void Without_links_files_are_renamed()
    {
        if (SystemCallFault.Obstacle is { } obstacle)
        {
            output.WriteLine($"Not tried: {obstacle}");
            return;
        }

        using var job = new ChaosJob(JobShapes.Small);
        var fault = new SystemCallFault("link", "error=EPERM", "1+");
        string trace = Path.Combine(job.Folder, "points.trace");
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), launcher: fault.Launcher(trace));
        bool isDone = code == 0;
        Assert.True(isDone || text.Contains("error CST5", StringComparison.Ordinal), text);
        Assert.Contains(File.ReadLines(trace), l => l.Contains("renameat2(", StringComparison.Ordinal));
        Assert.Null(job.Difference(ExpectedRows.Of(JobShapes.Small), isOver: isDone));
    }

    private static List<SystemCallFault> Faults(int seed, out string calls)
    {
        using var job = new ChaosJob(JobShapes.Small);
        string trace = Path.Combine(job.Folder, "points.trace");
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), launcher: SystemCallFault.Tracer(trace));
        Assert.True(code == 0, text);
        SortedDictionary<string, List<int>> numbers = SystemCallFault.CallsIn(trace, job.Folder);
        calls = string.Join(", ", numbers.Select(n => $"{n.Key} {n.Value.Count}"));
        string wanted = Environment.GetEnvironmentVariable("COLUMNSTREAM_INJECTIONS") ?? "3";
        List<SystemCallFault> faults =
        [
            .. from fault in s_faults
               from action in fault.Actions
               from number in numbers.GetValueOrDefault(fault.Call, [])
               select new SystemCallFault(fault.Call, action, number.ToString(CultureInfo.InvariantCulture)),
            new("fsync", "error=EIO", "12+"), new("write", "error=ENOSPC", "3+"), new("write", "error=ENOSPC", "8+"),
        ];
        if (wanted != "all")
        {
            // One of each call, then others.
            var random = new Random(seed);
            SystemCallFault[] mixed = [.. faults];
            random.Shuffle(mixed);
            faults = [.. mixed.GroupBy(f => f.Call).SelectMany(g => g.Select((f, i) => (f, i))).OrderBy(f => f.i).Select(f => f.f)
                .Take(int.Parse(wanted, CultureInfo.InvariantCulture))];
        }

        string[] part = (Environment.GetEnvironmentVariable("COLUMNSTREAM_INJECTION_PART") ?? "1/1").Split('/');
        (int index, int of) = (int.Parse(part[0], CultureInfo.InvariantCulture), int.Parse(part[1], CultureInfo.InvariantCulture));

        // Reached by every run, however slow: the first fsync is that of the check of the store.
        return [new("fsync", "error=EIO", "1"), .. faults.Where((_, i) => i % of == index - 1)];
    }

    /// <summary>Runs a job with one fault, then once more without; returns what happened, in several lines if it must not happen.</summary>
    private static string Try(SystemCallFault fault)
    {
        using var job = new ChaosJob(JobShapes.Small);
        string trace = Path.Combine(job.Folder, "points.trace");
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), launcher: fault.Launcher(trace));
        List<(string Text, bool IsOurs)> injected = fault.IsKill ? [] : SystemCallFault.Injected(trace, job.Folder);
        string context = $"\n{fault}, exit code {code}: {text.Trim()}\n{string.Join("\n", injected.Take(5).Select(i => i.Text))}\n";
        bool isKilled = fault.IsKill && code == 128 + 9;
        bool isClear = code == 0 || isKilled
            || (code == 1 && text.Contains("error CST", StringComparison.Ordinal) && !text.Contains("CST9", StringComparison.Ordinal)
                && !text.Contains("   at ", StringComparison.Ordinal));
        if (!isClear && injected.All(i => i.IsOurs))
        {
            return "The run did not end clearly." + context;
        }

        IReadOnlyDictionary<string, List<string>> expected = ExpectedRows.Of(JobShapes.Small);
        if (Difference(job, expected, isOver: code == 0) is { } difference)
        {
            return difference + context;
        }

        if (code != 0)
        {
            (int again, string said) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
            if (again != 0 || Difference(job, expected, isOver: true) is not null)
            {
                return $"The next run: exit code {again}: {said} {Difference(job, expected, isOver: true)}{context}";
            }
        }

        return fault.IsKill ? (isKilled ? "killed, then right" : "not reached")
            : injected.Count == 0 ? "not reached"
            : code == 0 ? "completes right" : !isClear ? "runtime hit, then right" : $"error {Code(text)}, then right";
    }

    private static string? Difference(ChaosJob job, IReadOnlyDictionary<string, List<string>> expected, bool isOver)
    {
        try
        {
            return job.Difference(expected, isOver);
        }
        catch (InvalidDataException failure)
        {
            return failure.Message;
        }
    }

    private static string Code(string text)
    {
        int at = text.IndexOf("error CST", StringComparison.Ordinal);
        return at < 0 ? "?" : text.Substring(at + 6, 7);
    }

    private void Say(string text)
    {
        output.WriteLine(text);
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_INJECTION_REPORT") is { Length: > 0 } report)
        {
            File.AppendAllText(report, text + "\n");
        }
    }
}
