using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;

namespace ColumnStream.Testing.Chaos;

/// <summary>Runs the real program in a folder, and kills it on request.</summary>
public sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <summary>Starts the program with arguments in <paramref name="folder"/>, under another one if that is given.</summary>
    public ServerProcess(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? launcher = null)
    {
        string[] command = [.. launcher ?? [], "dotnet", "exec", ProgramPath(), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Add(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Gets its number.</summary>
    public int Id => _process.Id;

    /// <summary>Gets whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Gets whether SIGSTOP halts it.</summary>
    public bool IsStopped => !_process.HasExited && Interruption.IsStopped(_process.Id);

    /// <summary>Gets what it wrote so far, both streams together.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Runs to the end; returns the exit code and what was written.</summary>
    public static (int ExitCode, string Output) Run(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? launcher = null)
    {
        using var process = new ServerProcess(folder, arguments, environment, launcher);
        return (process.Wait(), process.Output);
    }

    /// <summary>Waits for the end; returns the exit code.</summary>
    public int Wait()
    {
        if (!_process.WaitForExit(s_limit))
        {
            throw new TimeoutException($"Program does not end. It wrote: {Output}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits until <paramref name="condition"/> holds or the program ended; tells whether it still runs.</summary>
    public bool WaitUntil(Func<bool> condition)
    {
        long start = Environment.TickCount64;
        while (!_process.HasExited)
        {
            if (condition())
            {
                return true;
            }

            if (Environment.TickCount64 - start > s_limit.TotalMilliseconds)
            {
                throw new TimeoutException($"Program does not get on. It wrote: {Output}");
            }

            Thread.Sleep(1);
        }

        return false;
    }

    /// <summary>Sends SIGKILL and waits for the end.</summary>
    public void Kill()
    {
        _process.Kill();
        Wait();
    }

    /// <summary>Halts it by SIGSTOP.</summary>
    public void Halt() => Interruption.Halt(_process.Id);

    /// <summary>Lets it go on after SIGSTOP.</summary>
    public void Continue() => Interruption.Continue(_process.Id);

    /// <summary>Asks it to stop, as Ctrl-C does.</summary>
    public void SendInterrupt() => Interruption.Send(_process.Id);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>Finds the program that was built in the configuration of the running tests.</summary>
    private static string ProgramPath()
    {
        string here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string path = Path.Combine(here, "..", "..", "ColumnStream.Server", Path.GetFileName(here), "ColumnStream.Server.dll");
        return File.Exists(path) ? Path.GetFullPath(path) : throw new FileNotFoundException(path);
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
