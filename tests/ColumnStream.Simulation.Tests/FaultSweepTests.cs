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
    [InlineData(false)]
    [InlineData(true)]
    public void Whichever_call_fails_rows_are_shown_once_or_the_job_ends_by_name(bool restores)
    {
        // The run in peace, which lists the calls, is the same whatever the job would do after a failure.
        var sweep = new FaultSweep(restores);
        foreach (StoreCall call in Enum.GetValues<StoreCall>().Where(call => call != StoreCall.Find))
        {
            Assert.True(sweep.Calls.Contains(call), $"The job makes no {call}: the sweep is blind there.");
        }

        Sweep(sweep, RestartStrategy.None, restores);
        Sweep(sweep, RestartStrategy.FixedDelay, restores);
    }

    private void Sweep(FaultSweep sweep, RestartStrategy strategy, bool restores)
    {
        var restart = new RestartOptions { Strategy = strategy, Attempts = 3 };
        sweep.Ends.Clear();
        int played = 0;
        foreach (SweptFault fault in Enum.GetValues<SweptFault>())
        {
            for (int i = 0; i < sweep.Calls.Count; i++)
            {
                if (FaultSweep.Applies(sweep.Calls[i], fault))
                {
                    ulong trace = sweep.Play(restart, i, fault);
                    played++;
                    Assert.True(i % 50 != 0 || sweep.Play(restart, i, fault) == trace, $"{fault} at call {i} is not the same history twice.");
                }
            }
        }

        output.WriteLine($"{strategy}, restored {restores}: {played} histories of {sweep.Calls.Count} calls: "
            + string.Join(", ", sweep.Calls.GroupBy(c => c).Select(g => $"{g.Key} {g.Count()}")) + "; "
            + string.Join(", ", sweep.Ends.Select(e => $"{e.Key} {e.Value}")));
        Assert.True(sweep.Ends.Keys.Any(end => end.StartsWith("Failed CST5", StringComparison.Ordinal)), "Nothing failed.");
        Assert.True(sweep.Ends.GetValueOrDefault("Finished") > 0, "Nothing went on.");
    }
}
