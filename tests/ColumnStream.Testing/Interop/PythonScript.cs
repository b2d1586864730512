using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using ColumnStream.Testing.Arrow;

namespace ColumnStream.Testing.Interop;

/// <summary>Runs scripts of tests/interop by the system's Python, which has the packages of the distribution.</summary>
public static class PythonScript
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Tells whether Python can import a module.</summary>
    public static async Task<bool> HasAsync(string module)
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        (int code, _) = await RunAsync("-c", $"import {module}");
        return code == 0;
    }

    /// <summary>Starts a server that prints one line when it is ready and ends when its input does; returns that line.</summary>
    public static async Task<(Process Process, string Line)> ServeAsync(params string[] arguments)
    {
        Process process = Start(arguments);
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process, line ?? throw new InvalidOperationException("Script said nothing: " + await process.StandardError.ReadToEndAsync()));
    }

    /// <summary>Runs a script and returns its exit code and all that it said.</summary>
    public static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(180));
        return (process.ExitCode, await output + await error);
    }

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo(Python, arguments)
    {
        WorkingDirectory = Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "grpc"),
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["GRPC_VERBOSITY"] = "NONE" },
    })!;
}
