using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Chaos;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: a run that was halted anywhere and wakes up when another one has taken over neither loses nor doubles a row, and
/// disturbs nobody. Method: SIGSTOP at a point of the protocol, the lock broken as an administrator would, a second run,
/// SIGCONT. <c>COLUMNSTREAM_HALTS=all</c> takes every point in every way, else some.
/// </summary>
public sealed class HaltedRunTests(ITestOutputHelper output)
{
    /// <summary>When the halted run wakes.</summary>
    public enum Waking
    {
        /// <summary>When the second run came to its end.</summary>
        BehindTheEnd,

        /// <summary>While the second run claims.</summary>
        InTheMiddle,

        /// <summary>When the second run restored and died without a claim of its own; a third one follows.</summary>
        BeforeAnyClaim,
    }

    private static readonly (string Point, Waking Waking)[] s_sample =
    [
        (FailPoint.AfterUpload, Waking.InTheMiddle),
        (FailPoint.BeforeClaim, Waking.BehindTheEnd),
        (FailPoint.MidClaim, Waking.BeforeAnyClaim),
        (FailPoint.AfterGeneration, Waking.InTheMiddle),
    ];

    public static TheoryData<string, Waking> Halts()
    {
        var halts = new TheoryData<string, Waking>();
        bool isAll = System.Environment.GetEnvironmentVariable("COLUMNSTREAM_HALTS") == "all";
        foreach (string point in FailPoint.All)
        {
            foreach (Waking waking in Enum.GetValues<Waking>())
            {
                if (isAll || s_sample.Contains((point, waking)))
                {
                    halts.Add(point, waking);
                }
            }
        }

        return halts;
    }

    [Theory]
    [MemberData(nameof(Halts))]
    public void A_halted_run_that_wakes_too_late_does_no_harm(string point, Waking waking)
    {
        IReadOnlyDictionary<string, List<string>> expected = ExpectedRows.Of(JobShapes.TwoSinks);
        using var job = new ChaosJob(JobShapes.TwoSinks) { IsKept = true };
        if (point is FailPoint.MidRestoreCommit or FailPoint.AfterRestore)
        {
            // Something to restore.
            ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), Environment(job, 0, $"{FailPoint.AfterClaim}:kill:2"));
        }

        bool isOnce = point is FailPoint.AfterGeneration or FailPoint.MidRestoreCommit or FailPoint.AfterRestore
            or FailPoint.AfterTerminal or FailPoint.AfterFloor or FailPoint.MidCleanup;
        int hit = isOnce || s_sample.Contains((point, waking)) ? 1 : 3;
        using var halted = new ServerProcess(job.Folder, ChaosJob.Arguments("--quiet"), Environment(job, 1, $"{point}:stop:{hit}"));
        if (!halted.WaitUntil(() => halted.IsStopped))
        {
            // On a busy machine the job may be over before there were so many checkpoints: that proves nothing.
            Assert.True(hit > 1 && halted.Wait() == 0, halted.Output);
            output.WriteLine($"{point} was not passed {hit} times.");
            job.IsKept = false;
            return;
        }

        (int refused, string refusal) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
        Assert.True(refused == 1 && refusal.Contains("CST5010", StringComparison.Ordinal), $"exit code {refused}: {refusal}");
        JobStore.Folder.BreakLock(job);

        if (waking == Waking.BeforeAnyClaim)
        {
            ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), Environment(job, 2, $"{FailPoint.AfterTrigger}:kill:1"));
            Wake(job, halted, point);
        }

        using var next = new ServerProcess(job.Folder, ChaosJob.Arguments("--quiet"), Environment(job, 3, ""));
        if (waking == Waking.InTheMiddle)
        {
            var log = new ProtocolLog(LogOf(job, 3));
            next.WaitUntil(() => log.Length > 600);
            Wake(job, halted, point);
        }

        int code = next.Wait();
        if (waking == Waking.BehindTheEnd)
        {
            Wake(job, halted, point);
        }

        Assert.True(code == 0, $"The run that took over failed, exit code {code}: {next.Output}\nhalted: {halted.Output}\n{job.Folder}");
        string? difference = job.Difference(expected, isOver: true);
        Assert.True(difference is null, $"{difference}\nhalted: {halted.Output}\n{job.Folder}");
        job.IsKept = false;
    }

    /// <summary>Lets the halted run go on: the fence stops it, or what it still did was its own.</summary>
    private void Wake(ChaosJob job, ServerProcess halted, string point)
    {
        halted.Continue();
        int code = halted.Wait();
        string text = halted.Output;
        output.WriteLine($"{point}: woken run ends with {code}: {text}");
        Assert.True(
            code == 0 || (code == 1 && text.Contains("error CST5010", StringComparison.Ordinal)),
            $"exit code {code}: {text}\n{job.Folder}");
    }

    private static Dictionary<string, string> Environment(ChaosJob job, int run, string actions) =>
        new(new ProtocolLog(LogOf(job, run)).Environment(actions));

    private static string LogOf(ChaosJob job, int run) => Path.Combine(job.Folder, $"points-{run}.log");
}
