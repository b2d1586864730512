using System;
using System.Globalization;
using System.Linq;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Simulation;
using ColumnStream.Testing.Simulation.Shapes;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Simulation.Tests;

/// <summary>Seeded histories of many jobs with kills, zombies, store faults and rescaling: exactly once, whatever happens.</summary>
/// <remarks>
/// COLUMNSTREAM_SEEDS sets how many seeds are played, COLUMNSTREAM_SIM_SEED plays one. One seed in 50 is played twice.
/// </remarks>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int Seeds = 300;

    [Fact]
    public void Whatever_is_killed_no_row_is_lost_doubled_reordered_or_early()
    {
        int only = Number("COLUMNSTREAM_SIM_SEED", 0);
        var campaign = new SimulationCampaign();
        if (only > 0)
        {
            campaign.Run(only, 1);
            Assert.Equal(SimulatedHistory.Play(only).TraceHash, SimulatedHistory.Play(only).TraceHash);
        }
        else
        {
            campaign.Run(1, Number("COLUMNSTREAM_SEEDS", Seeds));
        }

        output.WriteLine(campaign.Report());
        if (campaign.Seeds >= Seeds)
        {
            // What no history did, none has tested.
            Assert.Equal(JobShapes.Names.Order(StringComparer.Ordinal), campaign.Shapes.Keys);
            Assert.Equal(Enum.GetValues<StoreFault>(), campaign.StoreFaults.Keys);
            Assert.Equal(10, campaign.NetworkFaults.Count);
            Assert.Empty(FailPoint.All.Except(campaign.KillsAt.Keys));
            Assert.True(campaign.Restarts > 0 && campaign.SeveralZombies > 0, campaign.Report());
            Assert.True(campaign.Savepoints > 0 && campaign.OriginsTaken > 0, campaign.Report());
            Assert.True(campaign.Zombies > 0 && campaign.Rescales > 0 && campaign.Damages > 0 && campaign.ComparedEpochs > Seeds);
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
