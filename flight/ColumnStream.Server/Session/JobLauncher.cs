using System;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Control;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Starts planned jobs in this process: the one way that scripts, the shell and sessions have.</summary>
/// <param name="node">The process.</param>
internal sealed class JobLauncher(NodeBuilder node)
{
    /// <summary>Starts a job and makes it known to system tables and to other processes of the user.</summary>
    /// <param name="job">What runs.</param>
    /// <param name="launch">How it is called and where it begins.</param>
    /// <param name="receiver">Takes the rows of a SELECT; null for INSERTs.</param>
    /// <param name="warn">Says what stops nothing, which is noted in <c>sys.errors</c> too.</param>
    /// <param name="source">A connector that this job alone reads, or null.</param>
    /// <exception cref="Engine.Errors.ColumnStreamException">The job cannot be started.</exception>
    public LaunchedJob Start(
        PlannedJob job, JobLaunch launch, ResultReceiver? receiver, Action<string> warn, Connector? source = null)
    {
        var settings = new JobSettings(job.Settings) { Name = launch.Name };
        string restore = settings.Restore(launch.Restore);
        string? address = settings.CheckpointAddress(job, launch.Script, launch.Ordinal, restore);
        node.Stores.CheckTemporary(settings.Text(OptionTable.TemporaryFolders));
        if (address is not null)
        {
            node.Stores.Check(address);
        }

        FolderLock? folder = address is null ? null : FolderLock.Acquire(ObjectStoreTable.LockFolderOf(address));
        try
        {
            JobRunner runner = node.Runner(settings.MemoryLimitBytes, receiver, source);
            string? id = null;
            JobOptions options = settings.ToJobOptions(job, launch.Script, launch.Ordinal, restore, node.Stores, Tell) with
            {
                CancelsAtOnce = launch.CancelsAtOnce,
                Exchange = node.Exchange(settings.Text(OptionTable.ExchangeTransport)!),
            };
            id = options.JobId;
            ControlledJob? controlled = null;
            RunningJob running = runner.Start(job.Graph, options, started =>
            {
                long number = node.Jobs.Add(started, job.Graph, job.Summary, job.StateBounds);
                controlled = new ControlledJob(
                    started, number, job.Summary, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), job.Query is not null,
                    address is null ? null : ControlClient.Absolute(address), settings, node.Stores);
            });
            node.Expose(controlled!, Tell);
            return new LaunchedJob(node, running, controlled!, folder);

            void Tell(string text)
            {
                warn(text);
                node.Jobs.AddError(id ?? launch.Script, "warning", code: null, text);
            }
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }
}
