using System;
using System.Threading;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is a job on threads, which lives through.</summary>
public sealed class LiveJob(RunningJob job) : TestJob
{
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

    public override bool Wait(int limitMs) => job.Wait(TimeSpan.FromMilliseconds(limitMs));

    public override void Cancel() => job.Cancel();
}
