using System;
using System.Linq;
using System.Threading;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is a job on threads, which lives through.</summary>
/// <param name="job">The job.</param>
/// <param name="workers">Run it; their clock is <paramref name="clock"/>.</param>
/// <param name="clock">The time of the job.</param>
/// <param name="isQuiet">Whether nothing is under way between its tasks.</param>
public sealed class LiveJob(RunningJob job, WorkerPool workers, SessionClock clock, Func<bool> isQuiet) : TestJob
{
    private const int QuietLooks = 20;

    public override JobStatus Status => job.Status;

    public override Exception? Failure => job.Failure;

    public override JobMetrics Metrics => job.Metrics();

    public override bool RunUntil(Func<bool> condition, int limitMs)
    {
        for (int waited = 0; waited < limitMs; waited += 2)
        {
            bool ended = job.Status != JobStatus.Running;
            if (condition() || ended)
            {
                return true;
            }

            Thread.Sleep(2);
        }

        return false;
    }

    public override bool Settle(Func<bool> isDrained, int limitMs)
    {
        long rows = -1;
        int quiet = 0;
        return RunUntil(
            () =>
            {
                long now = job.Metrics().Nodes.Sum(node => node.RowsIn + node.RowsOut);
                quiet = isDrained() && isQuiet() && now == rows ? quiet + 1 : 0;
                rows = now;
                return quiet == QuietLooks;
            },
            limitMs);
    }

    public override void Advance(TimeSpan time, bool isDown)
    {
        clock.Advance(time);

        // Workers sleep by the system's clock: one that wakes looks at all timers.
        workers.WakeAt(new Nudge(workers), 0);
    }

    public override bool Wait(int limitMs) => job.Wait(TimeSpan.FromMilliseconds(limitMs));

    public override void Cancel() => job.Cancel();

    private sealed class Nudge(Executor executor) : TaskUnit("nudge", executor, new JobShare())
    {
        protected override TurnResult Run(in TurnBudget budget) => TurnResult.Done;

        protected override void Fail(Exception failure) => throw failure;
    }
}
