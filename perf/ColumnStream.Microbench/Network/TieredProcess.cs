using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace ColumnStream.Microbench.Network;

/// <summary>
/// Runs a bench in a process of its own, because this one compiles without tiers: that leaves Kestrel and the HttpClient as they were compiled
/// ahead, which no server does.
/// </summary>
internal static class TieredProcess
{
    private const string Tiers = "DOTNET_TieredCompilation";

    /// <summary>Runs the bench of <paramref name="arguments"/>, here if this is that process.</summary>
    public static async Task RunAsync(string[] arguments, Func<string[], Task> runHere)
    {
        if (Environment.GetEnvironmentVariable(Tiers) == "1")
        {
            await runHere(arguments);
            return;
        }

        var start = new ProcessStartInfo("dotnet");
        start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        start.Environment[Tiers] = "1";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        await child.WaitForExitAsync();
    }
}
