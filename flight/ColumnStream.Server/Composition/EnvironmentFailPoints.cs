using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Server.Composition;

/// <summary>Acts at protocol points as <c>COLUMNSTREAM_FAILPOINT</c> says, so that tests can kill a process there.</summary>
/// <remarks>
/// <code>
/// COLUMNSTREAM_FAILPOINT=after-claim:sleep:20;mid-commit:kill:3     sleep 20 ms at every hit; kill at the third
/// COLUMNSTREAM_FAILPOINT=before-claim:stop:2                       SIGSTOP at the second hit, until somebody sends SIGCONT
/// COLUMNSTREAM_FAILPOINT_LOG=file                                  one line a hit, written before acting
/// </code>
/// </remarks>
internal sealed partial class EnvironmentFailPoints : IFailPoints
{
    private static readonly int s_stopSignal = OperatingSystem.IsMacOS() ? 17 : 19;

    private readonly Dictionary<string, (string Action, int Argument)> _actions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hits = new(StringComparer.Ordinal);
    private readonly string? _log;

    private EnvironmentFailPoints(string actions, string? log)
    {
        _log = log;
        foreach (string entry in actions.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = entry.Split(':');
            int argument = parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 1;
            _actions[parts[0]] = (parts.Length > 1 ? parts[1] : "log", argument);
        }
    }

    /// <summary>Returns what the environment asks for, or null.</summary>
    public static IFailPoints? FromEnvironment()
    {
        string? actions = Environment.GetEnvironmentVariable("COLUMNSTREAM_FAILPOINT");
        string? log = Environment.GetEnvironmentVariable("COLUMNSTREAM_FAILPOINT_LOG");
        return actions is null && log is null ? null : new EnvironmentFailPoints(actions ?? string.Empty, log);
    }

    public void Hit(string name)
    {
        lock (_hits)
        {
            _hits[name] = _hits.GetValueOrDefault(name) + 1;
            if (_log is not null)
            {
                File.AppendAllText(_log, name + "\n");
            }

            if (!_actions.TryGetValue(name, out (string Action, int Argument) act))
            {
                return;
            }

            if (act.Action == "sleep")
            {
                Thread.Sleep(act.Argument);
            }
            else if (act.Action == "kill" && _hits[name] == act.Argument)
            {
                using Process self = Process.GetCurrentProcess();
                self.Kill();
                Thread.Sleep(Timeout.Infinite);
            }
            else if (act.Action == "stop" && _hits[name] == act.Argument)
            {
                _ = SendSignal(Environment.ProcessId, s_stopSignal);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
