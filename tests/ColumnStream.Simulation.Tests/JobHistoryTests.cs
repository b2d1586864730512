using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Simulation.Tests;

/// <summary>Seeded histories of a job with crashes and store faults: exactly once, whatever happens.</summary>
/// <remarks>
/// COLUMNSTREAM_SIM_SEEDS sets how many seeds are played, COLUMNSTREAM_SIM_SEED plays one. One seed in 50 is played twice.
/// </remarks>
public sealed class JobHistoryTests(ITestOutputHelper output)
{
    private const int Seeds = 300;

    [Fact]
    public void Whatever_crashes_no_row_is_lost_doubled_reordered_or_early()
    {
        int first = 1;
        int last = Number("COLUMNSTREAM_SIM_SEEDS", Seeds);
        int only = Number("COLUMNSTREAM_SIM_SEED", 0);
        if (only > 0)
        {
            first = last = only;
        }

        int crashes = 0;
        int behindClaim = 0;
        int faults = 0;
        long checkpoints = 0;
        int replayed = 0;
        var kinds = new SortedDictionary<StoreFault, int>();
        var points = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int seed = first; seed <= last; seed++)
        {
            JobHistory history = JobHistory.Play(seed);
            crashes += history.Crashes;
            behindClaim += history.CrashesBehindClaim;
            faults += history.StoreFaults;
            checkpoints += history.Checkpoints;
            foreach ((StoreFault kind, int count) in history.StoreFaultsByKind)
            {
                kinds[kind] = kinds.GetValueOrDefault(kind) + count;
            }

            foreach ((string point, int count) in history.CrashesAt)
            {
                points[point] = points.GetValueOrDefault(point) + count;
            }

            if (seed % 50 == 0 || only > 0)
            {
                replayed++;
                Assert.Equal(history.TraceHash, JobHistory.Play(seed).TraceHash);
            }
        }

        output.WriteLine(
            $"{last - first + 1} seeds, {crashes} crashes ({behindClaim} between claim and visibility), {faults} store "
            + $"faults, {checkpoints} checkpoints, {replayed} replayed equal");
        output.WriteLine(string.Join(", ", points));
        output.WriteLine(string.Join(", ", kinds));
        if (last - first + 1 >= Seeds)
        {
            foreach (string point in FailPoint.All)
            {
                Assert.True(points.ContainsKey(point), $"No history crashed at {point}.");
            }

            Assert.Equal(Enum.GetValues<StoreFault>(), kinds.Keys);
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
