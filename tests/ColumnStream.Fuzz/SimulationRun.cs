using System;
using System.Globalization;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Fuzz;

/// <summary>Plays simulated histories, thousands of them, and goes on behind one that breaks a promise.</summary>
internal static class SimulationRun
{
    private const int ReportEvery = 1000;

    /// <summary>Plays seeds from <paramref name="first"/>; returns the exit code.</summary>
    public static int Play(int first, int count, int mostFindings)
    {
        var campaign = new SimulationCampaign();
        int findings = 0;
        for (int seed = first; seed < first + count && findings < mostFindings; seed++)
        {
            try
            {
                campaign.Run(seed);
            }
            catch (SimulationException broken)
            {
                findings++;
                Console.WriteLine(broken.Message);
            }

            if ((seed - first + 1) % ReportEvery == 0)
            {
                Console.WriteLine(campaign.Report());
            }
        }

        Console.WriteLine(campaign.Report());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{findings} seeds broke a promise"));
        return findings == 0 ? 0 : 1;
    }
}
