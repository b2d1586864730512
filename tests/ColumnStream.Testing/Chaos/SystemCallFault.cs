using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace ColumnStream.Testing.Chaos;

/// <summary>Makes a system call of a real process fail, or kills the process when it enters it: strace's injection.</summary>
/// <param name="Call">The call: fsync, write, link …</param>
/// <param name="Action">What happens: error=EIO, signal=SIGKILL.</param>
/// <param name="When">Which of the calls of each thread: 3, or 3+ for that one and all behind it.</param>
public sealed partial record SystemCallFault(string Call, string Action, string When)
{
    /// <summary>Gets the calls that change files.</summary>
    public const string Traced = "fsync,fdatasync,write,pwrite64,link,linkat,rename,renameat2,unlink,openat,ftruncate,mkdir";

    private const string Filter = "--seccomp-bpf";

    /// <summary>Gets why faults cannot be injected here, or null.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    public bool IsKill => Action.StartsWith("signal", StringComparison.Ordinal);

    /// <summary>Gets what stands before the program's command line.</summary>
    /// <remarks>Signals are not sent where the filter of the kernel picks the calls: such runs are traced call by call, which is slower.</remarks>
    public IReadOnlyList<string> Launcher(string trace) =>
        [.. Tracer(trace).Where(o => !IsKill || o != Filter), "-e", $"inject={Call}:{Action}:when={When}"];

    /// <summary>Gets what stands before a command line whose calls are only written down.</summary>
    public static IReadOnlyList<string> Tracer(string trace) =>
        ["strace", "-f", Filter, "-qq", "-y", "-o", trace, "-e", $"trace={Traced}"];

    /// <summary>Lists, per call, at which numbers some thread of a traced run touched a file of the job.</summary>
    public static SortedDictionary<string, List<int>> CallsIn(string trace, string folder)
    {
        var counts = new Dictionary<(string Thread, string Call), int>();
        var calls = new SortedDictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(trace))
        {
            Match match = Line().Match(line);
            if (!match.Success)
            {
                continue;
            }

            (string, string) key = (match.Groups[1].Value, match.Groups[2].Value);
            int number = counts[key] = counts.GetValueOrDefault(key) + 1;
            if (IsIn(folder, match.Groups[3].Value))
            {
                calls.TryAdd(key.Item2, []);
                calls[key.Item2].Add(number);
            }
        }

        return new SortedDictionary<string, List<int>>(calls.ToDictionary(c => c.Key, c => c.Value.ToList()), StringComparer.Ordinal);
    }

    /// <summary>Lists the calls that were made to fail: the call with its arguments, and whether it touched a file of the job.</summary>
    public static List<(string Text, bool IsOurs)> Injected(string trace, string folder)
    {
        var injected = new List<(string Text, bool IsOurs)>();
        foreach (string line in File.ReadLines(trace).Where(l => l.Contains("(INJECTED)", StringComparison.Ordinal)))
        {
            Match match = Line().Match(line);
            injected.Add((line, match.Success && IsIn(folder, match.Groups[3].Value)));
        }

        return injected;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Call}:{Action}:when={When}";

    /// <summary>Tells whether arguments name a file below the folder: by a path, which may be relative, or by a descriptor.</summary>
    private static bool IsIn(string folder, string arguments)
    {
        // A descriptor has a whole path, or names no file: pipe:[4711].
        Match file = Descriptor().Match(arguments);
        string name = file.Success ? file.Groups[1].Value : QuotedPath().Match(arguments).Groups[1].Value;
        return (name.StartsWith(folder + "/", StringComparison.Ordinal) || (!file.Success && name.Length > 0 && name[0] != '/'))
            && !name.Contains("/points", StringComparison.Ordinal);
    }

    private static string? FindObstacle()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("strace", ["-f", Filter, "-qq", "-o", "/dev/null", "true"])
            {
                RedirectStandardError = true,
            })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"strace cannot trace here: {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return $"strace cannot be started: {failure.Message}";
        }
    }

    [GeneratedRegex("""^(\d+)\s+(\w+)\((.*)$""")]
    private static partial Regex Line();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex QuotedPath();

    // A number with its path is what the call works on; the working folder of openat is not.
    [GeneratedRegex("""^\d+<([^>]+)>""")]
    private static partial Regex Descriptor();
}
