using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Jobs;

/// <summary>Runs the job of tests in one simulated process, in virtual time.</summary>
public static class MemoryRun
{
    private const long MostTurns = 400_000;

    /// <summary>Runs it until it ends; what a point throws passes on, as the death of the process.</summary>
    /// <param name="log">What it reads.</param>
    /// <param name="ledger">What its sinks show.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="points">Is told of protocol points.</param>
    /// <param name="each">Is called before every turn, with its number.</param>
    /// <exception cref="InvalidOperationException">It hangs, or does not end.</exception>
    public static RunningJob Play(
        MemoryLog log, MemoryLedger ledger, JobOptions options, IFailPoints? points = null, Action<RunningJob, long>? each = null)
    {
        var executor = new SimExecutor(1, 0, longestQuantum: 8);
        using var pool = new SizeClassPool();
        var runner = new JobRunner(
            executor, executor, new ConnectorRegistry([new MemoryConnector(log, ledger, pauses: false)]),
            new BufferAllocator("test", pool), new StatePool(), points);
        RunningJob job = runner.Start(MemoryJob.Graph(2, 2), options);
        while (!job.HasEnded)
        {
            each?.Invoke(job, executor.Turns);
            if (executor.Turns >= MostTurns || !executor.Step())
            {
                throw new InvalidOperationException($"The job does not end: {job.Status} at turn {executor.Turns}.");
            }
        }

        return job;
    }
}
