using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Jobs;

internal sealed class JobExecution(
    JobGraph graph, JobOptions options, Executor executor, Executor io, ConnectorRegistry connectors,
    BufferAllocator memory, StatePool pages, IFailPoints failPoints)
{
    public RunningJob Handle { get; } = new(options.JobId, () => throw new NotSupportedException(), () => { });

    public void Start()
    {
        _ = (graph, executor, io, connectors, memory, pages, failPoints);
        throw new NotSupportedException("Jobs cannot be run yet.");
    }
}
