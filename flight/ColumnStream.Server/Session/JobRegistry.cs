using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Composition;

namespace ColumnStream.Server.Session;

/// <summary>Starts INSERT jobs under names of their own, and remembers who started them and how they ended. Thread-safe.</summary>
/// <remarks>
/// With a store, a job is recorded before it starts and again at its end, so that the next process knows which ones go on.
/// </remarks>
internal sealed class JobRegistry(NodeBuilder node, JobStore? store) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (LaunchedJob Job, string Owner)> _running = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _watches = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private bool _isClosing;

    /// <summary>Gets the jobs that run.</summary>
    public IReadOnlyList<LaunchedJob> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _running.Values.Select(entry => entry.Job)];
            }
        }
    }

    /// <summary>Starts a job and records it.</summary>
    /// <param name="job">What runs.</param>
    /// <param name="request">Who started it, and from which statement.</param>
    /// <param name="warn">Says what stops nothing.</param>
    /// <exception cref="ColumnStreamException">The job cannot be started.</exception>
    public LaunchedJob Start(PlannedJob job, JobRecord request, Action<string> warn)
    {
        string? restored = RestoredFrom(job);
        string name = Claim(NameOf(job));
        try
        {
            JobRecord record = request with { Name = name, RestoreFrom = restored };
            store?.Put(record);
            return restored is null ? Launch(job, record, restore: "none", warn) : Resume(job, record, warn);
        }
        catch (ColumnStreamException failure)
        {
            store?.End(name, "FAILED", failure.Message);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _starting.Remove(name);
            }
        }
    }

    /// <summary>Starts a job that reads what only this process has; it is not recorded, since no other one could go on with it.</summary>
    public LaunchedJob StartFrom(PlannedJob job, string owner, Connector source)
    {
        string name = Claim(NameOf(job));
        try
        {
            return Launch(
                job, new JobRecord(name, owner, job.Summary, string.Empty, string.Empty, 0), restore: "none",
                static _ => { }, source);
        }
        finally
        {
            lock (_gate)
            {
                _starting.Remove(name);
            }
        }
    }

    /// <summary>Records the savepoint that a job was stopped with, where its own checkpoints went with it.</summary>
    public void Saved(string name, string savepoint) =>
        store?.Change(name, record => Keeps(record) ? record : record with { RestoreFrom = savepoint });

    /// <summary>Lets a recorded job go on from its newest checkpoint.</summary>
    /// <exception cref="ColumnStreamException">It cannot be started.</exception>
    public LaunchedJob Resume(PlannedJob job, JobRecord record, Action<string> warn)
    {
        LaunchedJob launched = Launch(job, record, record.RestoreFrom ?? "latest", warn);
        if (record.RestoreFrom is not null)
        {
            store?.Change(record.Name, static newest => newest with { RestoreFrom = null });
        }

        return launched;
    }

    /// <summary>Returns who started a job that runs, or null.</summary>
    public string? OwnerOf(string job)
    {
        lock (_gate)
        {
            return _running.TryGetValue(job, out (LaunchedJob Job, string Owner) entry) ? entry.Owner : null;
        }
    }

    /// <summary>Waits for a job's end, and for its record.</summary>
    public static async Task<JobStatus> WaitAsync(LaunchedJob job, CancellationToken cancellation)
    {
        await job.Running.Completion.WaitAsync(cancellation);
        return job.Running.Status;
    }

    /// <summary>Says that the process ends: jobs that stop from now on are to go on in the next one.</summary>
    public void BeginClosing()
    {
        lock (_gate)
        {
            _isClosing = true;
        }
    }

    /// <summary>Cancels what runs, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        BeginClosing();
        foreach (LaunchedJob job in Running)
        {
            job.Running.Cancel();
        }

        Task[] watches;
        lock (_gate)
        {
            watches = [.. _watches];
        }

        await Task.WhenAll(watches);
    }

    /// <summary>Returns the rows that the sinks of a job took.</summary>
    public static long RowsWritten(PlannedJob job, RunningJob running) => running.Metrics().Nodes
        .Where(metrics => job.Graph.Plan.Nodes[metrics.NodeId] is SinkNode).Sum(metrics => metrics.RowsIn);

    /// <summary>Returns the address that the options let a new job start from, or null; judged before the job takes a name.</summary>
    private string? RestoredFrom(PlannedJob job)
    {
        string from = new JobSettings(job.Settings).Restore(restore: null);
        if (from == "none")
        {
            return null;
        }

        if (from == "latest")
        {
            throw new UserException(
                3111,
                $"A new job of a session has no latest checkpoint: '{Engine.Options.OptionTable.RecoveryPath}' = 'latest'. "
                + "Expected the path of a savepoint or of a job's checkpoints; RESET the option to begin anew.");
        }

        node.Stores.Check(RestorePath.Parse(from).Existing().Address);
        return from;
    }

    private static bool Keeps(JobRecord record) =>
        record.Options.GetValueOrDefault(Engine.Options.CheckpointKeys.Retention) is null or "RETAIN_ON_CANCELLATION";

    private static string NameOf(PlannedJob job)
    {
        string wanted = new JobSettings(job.Settings).Text(Engine.Options.OptionTable.PipelineName)
            ?? string.Join("-", job.Graph.Plan.Nodes.OfType<SinkNode>()
                .Select(sink => sink.Table.Name[(sink.Table.Name.LastIndexOf('.') + 1)..]).Distinct());
        var name = new StringBuilder();
        foreach (char c in wanted)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-');
        }

        string text = name.ToString().TrimStart('.');
        return text.Length == 0 ? "job" : text[..Math.Min(text.Length, 100)];
    }

    /// <summary>Finds a name that no job has or had: its folder of checkpoints is its own.</summary>
    private string Claim(string wanted)
    {
        lock (_gate)
        {
            int number = _numbers.GetValueOrDefault(wanted);
            string name;
            do
            {
                number++;
                name = number == 1 ? wanted : $"{wanted}-{number}";
            }
            while (_running.ContainsKey(name) || _starting.Contains(name) || IsUsed(name));

            _numbers[wanted] = number;
            _starting.Add(name);
            return name;
        }
    }

    private bool IsUsed(string name) => store is null
        ? node.Jobs.Jobs().Any(entry => entry.Job.JobId == name)
        : !store.TryClaim(name);

    private LaunchedJob Launch(
        PlannedJob job, JobRecord record, string restore, Action<string> warn, Connector? source = null)
    {
        LaunchedJob launched = new JobLauncher(node).Start(
            job, new JobLaunch(record.Name, 0, store is null ? null : restore) { Name = record.Name }, receiver: null,
            text => warn($"Job {record.Name}: {text}"), source);
        lock (_gate)
        {
            _running[record.Name] = (launched, record.Owner);
            _watches.RemoveWhere(static watch => watch.IsCompleted);
            _watches.Add(WatchAsync(launched, record.Name, warn));
        }

        return launched;
    }

    private async Task WatchAsync(LaunchedJob job, string name, Action<string> warn)
    {
        await job.Running.Completion;
        job.Dispose();
        if (job.Running.Failure is { } why)
        {
            warn($"Job {name} failed: {why.Message}");
        }

        bool goesOn;
        lock (_gate)
        {
            _running.Remove(name);
            goesOn = _isClosing && job.Running.Status == JobStatus.Cancelled;
        }

        if (store is not null && !goesOn)
        {
            JobStatus ended = job.Running.Status;
            string status = ended == JobStatus.AlreadyFinished ? "FINISHED" : ended.ToString().ToUpperInvariant();
            try
            {
                store.End(name, status, job.Running.Failure?.Message);
            }
            catch (ExternalException failure)
            {
                // The next process starts it once more and finds what its checkpoints say.
                node.Jobs.AddError(name, "error", failure.Code, $"End of the job could not be recorded: {failure.Message}");
            }
        }
    }
}
