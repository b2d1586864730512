using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;

namespace ColumnStream.Fuzz;

/// <summary>Runs a target in a child process, which may die or hang, and finds the case that did it.</summary>
internal sealed class Supervisor(FuzzTarget target, int plant, TimeSpan patience)
{
    private const int MostDetail = 6_000;
    private readonly StringBuilder _errors = new();
    private int _cases;
    private int _reached;
    private int _rejected;

    /// <summary>Tries <paramref name="count"/> cases, or one case when it is named.</summary>
    public FuzzReport Run(int seed, int count, int? only = null)
    {
        string logPath = Path.GetTempFileName();
        try
        {
            using var log = new CaseLog(logPath);
            log.Clear();
            FuzzFinding? finding = only is { } one ? Watch(seed, one, 1, logPath, log) : Watch(seed, 0, count, logPath, log);
            return new FuzzReport(_cases, _reached, _rejected, finding);
        }
        finally
        {
            File.Delete(logPath);
        }
    }

    private FuzzFinding? Watch(int seed, int first, int count, string logPath, CaseLog log)
    {
        using Process child = Start(seed, first, count, logPath);
        long steps = 0;
        long changedAt = Environment.TickCount64;
        bool isHung = false;
        while (!child.WaitForExit(100))
        {
            long now = Environment.TickCount64;
            if (log.Steps != steps)
            {
                steps = log.Steps;
                changedAt = now;
            }
            else if (now - changedAt > patience.TotalMilliseconds)
            {
                isHung = true;
                child.Kill();
                child.WaitForExit();
                break;
            }
        }

        // Without a time limit this also waits for the last lines of both streams.
        child.WaitForExit();
        if (child.ExitCode == 0 && !isHung)
        {
            return null;
        }

        string kind = isHung ? $"hang: no progress for {patience.TotalSeconds:0} s"
            : child.ExitCode == Worker.FoundExitCode ? "failure"
            : $"crash: exit code {child.ExitCode}";
        lock (_errors)
        {
            return new FuzzFinding(log.Seed, log.Case, kind, _errors.ToString());
        }
    }

    private Process Start(int seed, int first, int count, string logPath)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (string argument in Arguments(seed, first, count, logPath))
        {
            start.ArgumentList.Add(argument);
        }

        var child = new Process { StartInfo = start };
        child.OutputDataReceived += (_, e) => ReadSlice(e.Data);
        child.ErrorDataReceived += (_, e) => ReadError(e.Data);
        child.Start();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }

    private IEnumerable<string> Arguments(int seed, int first, int count, string logPath)
    {
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            yield return "exec";
            yield return typeof(Supervisor).Assembly.Location;
        }

        yield return Program.ChildVerb;
        yield return target.Name;
        foreach (int number in (int[])[seed, first, count, plant])
        {
            yield return number.ToString(CultureInfo.InvariantCulture);
        }

        yield return logPath;
    }

    private void ReadSlice(string? line)
    {
        string[] parts = line?.Split(' ') ?? [];
        if (parts is ["slice", string reached, string rejected, string cases])
        {
            _reached += int.Parse(reached, CultureInfo.InvariantCulture);
            _rejected += int.Parse(rejected, CultureInfo.InvariantCulture);
            _cases += int.Parse(cases, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Keeps the beginning: the rest of a stack overflow is the same frames again and again.</summary>
    private void ReadError(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Length < MostDetail)
            {
                _errors.AppendLine(line);
            }
        }
    }
}
