using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Runs job graphs inside this process: tasks on one executor, files and claims on another.</summary>
/// <remarks>
/// Data turns never wait for the disk if <c>io</c> has its own threads; the simulator gives one executor for both.
/// Thread-safe; lives as long as its executors.
/// </remarks>
/// <param name="executor">Gives turns to tasks; usually a <see cref="WorkerPool"/> of one thread a core.</param>
/// <param name="io">Gives turns to snapshot writers and coordinators; usually a <see cref="WorkerPool"/> of one or two threads.</param>
/// <param name="connectors">Makes sources and sinks.</param>
/// <param name="memory">Parent of all jobs' accounts.</param>
/// <param name="pages">Pages for keyed state.</param>
/// <param name="failPoints">Is told of protocol points; tests only.</param>
public sealed class JobRunner(
    Executor executor,
    Executor io,
    ConnectorRegistry connectors,
    BufferAllocator memory,
    StatePool pages,
    IFailPoints? failPoints = null)
{
    /// <summary>Starts a job: restores it where asked, and runs it until its inputs end, it fails or is cancelled.</summary>
    /// <param name="graph">What runs.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="starting">Is told of the handle before the job's first turn, when nothing can keep it from starting any more.</param>
    /// <exception cref="Engine.Errors.ColumnStreamException">The job cannot be started: an option, a checkpoint, a connector.</exception>
    public RunningJob Start(JobGraph graph, JobOptions options, Action<RunningJob>? starting = null)
    {
        var supervisor = new JobSupervisor(io, options, (attempt, handle) => new JobExecution(
            graph, options, executor, io, connectors, memory, pages, failPoints ?? NoFailPoints.Instance, attempt, handle));
        try
        {
            supervisor.Start(starting);
        }
        catch (MemoryLimitException full)
        {
            throw JobExecution.Known(full);
        }

        return supervisor.Handle;
    }
}
