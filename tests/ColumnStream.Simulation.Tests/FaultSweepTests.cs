using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Simulation.Tests;

/// <summary>
/// Goal: no error of a store or a sink is swallowed, whichever call it hits. Method: every call of a short job goes wrong in turn,
/// in every way; nothing is drawn.
/// </summary>
/// <remarks>
/// Breaks when a failed write counts as done (rows are lost), when one that was done and failed is done again (rows are doubled),
/// when an error passes without a name, or when a job waits for an answer that will not come.
/// </remarks>
public sealed class FaultSweepTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(RestartStrategy.None, false)]
    [InlineData(RestartStrategy.None, true)]
    [InlineData(RestartStrategy.FixedDelay, false)]
    [InlineData(RestartStrategy.FixedDelay, true)]
    public void Whichever_call_fails_rows_are_shown_once_or_the_job_ends_by_name(RestartStrategy strategy, bool restores)
    {
        var sweep = new FaultSweep(new RestartOptions { Strategy = strategy, Attempts = 3 }, restores);
        int played = 0;
        foreach (SweptFault fault in Enum.GetValues<SweptFault>())
        {
            for (int i = 0; i < sweep.Calls.Count; i++)
            {
                if (FaultSweep.Applies(sweep.Calls[i], fault))
                {
                    ulong trace = sweep.Play(i, fault);
                    played++;
                    Assert.True(i % 50 != 0 || sweep.Play(i, fault) == trace, $"{fault} at call {i} is not the same history twice.");
                }
            }
        }

        output.WriteLine($"{strategy}, restored {restores}: {played} histories of {sweep.Calls.Count} calls: "
            + string.Join(", ", sweep.Calls.GroupBy(c => c).Select(g => $"{g.Key} {g.Count()}")) + "; "
            + string.Join(", ", sweep.Ends.Select(e => $"{e.Key} {e.Value}")));
        foreach (StoreCall call in Enum.GetValues<StoreCall>().Where(call => call != StoreCall.Find))
        {
            Assert.True(sweep.Calls.Contains(call), $"The job makes no {call}: the sweep is blind there.");
        }

        Assert.True(sweep.Ends.Keys.Any(end => end.StartsWith("Failed CST5", StringComparison.Ordinal)), "Nothing failed.");
        Assert.True(sweep.Ends.GetValueOrDefault("Finished") > 0, "Nothing went on.");
    }
}
