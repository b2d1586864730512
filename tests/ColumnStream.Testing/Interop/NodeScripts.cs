using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Interop;

/// <summary>Runs scripts of a folder by node, with the package that its lock file pins.</summary>
public sealed class NodeScripts(string folder, string package)
{
    private static readonly object s_install = new();

    /// <summary>Tells whether node and the package are here; installs the package where only node is. Says why not.</summary>
    public bool AreHere(Action<string> say)
    {
        if (!OnPath("node") || !OnPath("npm"))
        {
            say("skipped: node is not installed");
            return false;
        }

        try
        {
            lock (s_install)
            {
                if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
                {
                    // Not by ci: it refuses a lock file because one package asks for a variant of itself that was never published.
                    // What the lock file pins, this installs too, and writes nothing back.
                    Run("npm", "install", "--no-save", "--no-audit", "--no-fund");
                }
            }

            return true;
        }
        catch (InvalidOperationException failure)
        {
            say("skipped: " + failure.Message);
            return false;
        }
    }

    /// <summary>Runs a program in the folder and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed: with what it said.</exception>
    public string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {error.GetAwaiter().GetResult()}");
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, program)));
}
