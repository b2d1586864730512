using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Runs the built program as a child process in a folder of its own.</summary>
internal sealed class Cli : IDisposable
{
    private const int LimitMs = 60_000;
    private static readonly string Program = FindProgram();

    /// <summary>Gets the working folder.</summary>
    public TempFolder Folder { get; } = new();

    /// <summary>Runs a script of the folder, written first.</summary>
    public Outcome Script(string sql, params string[] arguments)
    {
        Folder.Write("job.sql", sql);
        return Run(null, ["run", "job.sql", .. arguments]);
    }

    /// <summary>Runs the program to its end.</summary>
    public Outcome Run(string? input, params string[] arguments)
    {
        using Process process = Start(arguments);
        using var output = new MemoryStream();
        string errors = string.Empty;
        var errorReader = new Thread(() => errors = process.StandardError.ReadToEnd());
        errorReader.Start();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.CopyTo(output);
        return End(process, errorReader, () => errors, output.ToArray());
    }

    /// <summary>Runs the program and closes its standard output behind a few lines, as <c>head</c> does.</summary>
    public Outcome RunIntoHead(int lines, params string[] arguments)
    {
        using Process process = Start(arguments);
        string errors = string.Empty;
        var errorReader = new Thread(() => errors = process.StandardError.ReadToEnd());
        errorReader.Start();
        for (int i = 0; i < lines; i++)
        {
            process.StandardOutput.ReadLine();
        }

        process.StandardOutput.Close();
        return End(process, errorReader, () => errors, []);
    }

    /// <summary>Starts the program, interrupts it once <paramref name="when"/> holds if it still runs, and waits for its end.</summary>
    public Outcome RunUntil(Func<bool> when, params string[] arguments)
    {
        using Process process = Start(arguments);
        string errors = string.Empty;
        var errorReader = new Thread(() => errors = process.StandardError.ReadToEnd());
        errorReader.Start();
        for (int waited = 0; !when() && waited < LimitMs && !process.HasExited; waited += 20)
        {
            Thread.Sleep(20);
        }

        if (!process.HasExited)
        {
            Interruption.Send(process.Id);
        }

        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        return End(process, errorReader, () => errors, output.ToArray());
    }

    public void Dispose() => Folder.Dispose();

    private Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            WorkingDirectory = Folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static Outcome End(Process process, Thread errorReader, Func<string> errors, byte[] output)
    {
        if (!process.WaitForExit(LimitMs))
        {
            process.Kill();
            throw new TimeoutException($"The program does not end. {errors()}");
        }

        errorReader.Join();
        return new Outcome(process.ExitCode, output, errors());
    }

    // artifacts/bin/ColumnStream.Sql.Tests/<configuration>/ is where this assembly stands.
    private static string FindProgram()
    {
        string mine = AppContext.BaseDirectory.TrimEnd('/');
        string configuration = Path.GetFileName(mine);
        string bin = Path.GetDirectoryName(Path.GetDirectoryName(mine)!)!;
        string[] places =
        [
            .. new[] { configuration, "release", "debug" }
                .Select(c => Path.Combine(bin, "ColumnStream.Server", c, "ColumnStream.Server.dll")),
        ];
        return places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(places[0]);
    }
}
