using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Control;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Runs the statements of a planned script one after the other.</summary>
internal sealed class StatementRunner : IDisposable
{
    /// <summary>Interrupts of one statement after which the shell gives up on a job that does not stop.</summary>
    private const int ShellInterrupts = 3;

    private readonly NodeBuilder _node;
    private readonly ResultConnector _results;
    private readonly string _script;
    private readonly RunOptions _options;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private RunningJob? _running;
    private int _interrupts;
    private bool _isStopped;

    public StatementRunner(NodeBuilder node, ResultConnector results, string script, RunOptions options)
    {
        _node = node;
        _results = results;
        _script = script;
        _options = options;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Gets whether statements come from a terminal: what was done is said, and Ctrl-C ends a job, not the process.</summary>
    public bool IsShell { get; init; }

    /// <summary>Gets the options under which other scripts are planned that a statement names.</summary>
    public PlannerOptions Planning { get; init; } = new(default);

    /// <summary>Runs everything; returns the exit code.</summary>
    public int Run(PlanResult plan)
    {
        int ordinal = 0;
        foreach (PlannedStatement statement in plan.Statements)
        {
            if (_interrupts > 0 || _isStopped)
            {
                return ExitCode.Done;
            }

            if (statement is PlannedListing listing)
            {
                TextTable.Print(Console.Out, listing.Columns, [.. listing.Rows]);
            }
            else if (statement is PlannedIntegrity integrity)
            {
                int code = ShowIntegrity(integrity);
                if (code != ExitCode.Done)
                {
                    return code;
                }
            }
            else if (statement is PlannedStop stop)
            {
                int code = JobCommands.Guarded(() => JobCommands.Stop(stop, _options.IsQuiet));
                if (code != ExitCode.Done)
                {
                    return code;
                }
            }
            else if (statement is PlannedUpgrade upgrade)
            {
                int code = new UpgradeExplainer(_node, Planning, Console.Out).Explain(upgrade.From, upgrade.To);
                if (code == ExitCode.Usage)
                {
                    return code;
                }
            }
            else if (statement is not PlannedJob)
            {
                Say(statement);
            }
            else if (statement is PlannedJob job)
            {
                int code = RunJob(job, job.Query is null ? ordinal++ : 0);
                if (code != ExitCode.Done)
                {
                    return code;
                }
            }
        }

        return ExitCode.Done;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Say(PlannedStatement statement)
    {
        if (IsShell && !_options.IsQuiet)
        {
            Console.Out.WriteLine(statement.Summary);
        }
    }

    private int ShowIntegrity(PlannedIntegrity statement)
    {
        try
        {
            new IntegrityView(_node).Print(Console.Out, new JobSettings(statement.Settings).Text, statement.JobId);
            return ExitCode.Done;
        }
        catch (ColumnStreamException error)
        {
            Print(error);
            return error is UserException ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    /// <summary>Tells whether a job prints to standard output, so that it has no purpose once nobody reads there.</summary>
    private static bool Prints(PlannedJob job) => job.Graph.Plan.Nodes.Any(n =>
        n is SinkNode { Table.Connector: "print" } sink && sink.Table.Option("standard-error") != "true");

    private static bool IsTerminal => !Console.IsOutputRedirected;

    private int RunJob(PlannedJob job, int ordinal)
    {
        using var progress = new JobProgress(job, _options.IsQuiet, Prints(job));
        ResultReceiver? receiver = null;
        FolderLock? folder = null;
        ControlledJob? controlled = null;
        try
        {
            var settings = new JobSettings(job.Settings);
            string restore = settings.Restore(_options.Restore);
            string? address = settings.CheckpointAddress(job, _script, ordinal, restore);
            folder = address is null ? null : FolderLock.Acquire(ObjectStoreTable.LockFolderOf(address));
            JobRunner runner = _node.Runner(settings.MemoryLimitBytes);
            receiver = job.Query is null ? null : Receiver(job, job.Query);
            _results.Receiver = receiver;
            string? id = null;
            JobOptions options = settings.ToJobOptions(job, _script, ordinal, restore, _node.Stores, text =>
            {
                progress.Warn(text);
                _node.Jobs.AddError(id ?? _script, "warning", code: null, text);
            });
            id = options.JobId;
            RunningJob running = runner.Start(job.Graph, options, started =>
            {
                long number = _node.Jobs.Add(started, job.Graph, job.Summary, job.StateBounds);
                controlled = new ControlledJob(
                    started, number, job.Summary, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), job.Query is not null,
                    address is null ? null : ControlClient.Absolute(address), settings, _node.Stores);
            });
            _running = running;
            _node.Expose(controlled!, progress.Warn);
            bool writesOutput = receiver is not null || Prints(job);
            while (!running.Wait(TimeSpan.FromMilliseconds(200)))
            {
                if (receiver is not null && IsTerminal)
                {
                    lock (receiver)
                    {
                        receiver.Refresh();
                    }
                }

                if (writesOutput && StandardOutput.IsClosed)
                {
                    running.Cancel();
                }

                progress.Refresh(running);
            }

            progress.Erase();
            _node.Jobs.End(running);
            _isStopped = controlled!.IsAskedToStop && running.Status == JobStatus.Cancelled;
            return Finish(running, receiver, progress);
        }
        catch (ColumnStreamException error)
        {
            progress.Erase();
            Print(error);
            return error is UserException ? ExitCode.Usage : ExitCode.Failed;
        }
        finally
        {
            _running = null;
            _node.Conceal(controlled);
            _results.Receiver = null;
            receiver?.Dispose();
            folder?.Dispose();
        }
    }

    private static int Finish(RunningJob running, ResultReceiver? receiver, JobProgress progress)
    {
        if (running.Status == JobStatus.Failed)
        {
            Print(running.Failure!);
            return ExitCode.Failed;
        }

        receiver?.Complete();
        progress.Summarize(running);
        return ExitCode.Done;
    }

    internal static void Print(Exception error)
    {
        if (error is ColumnStreamException known)
        {
            bool located = known.Message.Contains($"error CST{known.Code:D4}", StringComparison.Ordinal);
            Console.Error.WriteLine(located ? known.Message : $"error CST{known.Code:D4}: {known.Message}");
        }
        else
        {
            Console.Error.WriteLine($"error CST9000: {error}");
        }
    }

    private ResultReceiver Receiver(PlannedJob job, QueryResult query)
    {
        bool isUpdating = query.Changelog != ChangelogMode.InsertOnly;
        bool isTable = _options.Format == ResultFormat.Table || (_options.Format is null && IsTerminal);
        if (isTable)
        {
            return new MaterializedReceiver(query, _node.Memory, null, isLive: IsTerminal);
        }

        bool finalOnly = isUpdating && _options.Format is not null && job.IsBounded;
        var encoded = new EncodedReceiver(
            _options.Format ?? ResultFormat.Csv,
            query,
            withOp: isUpdating && !finalOnly,
            Console.OpenStandardOutput(),
            _node.Memory);
        return finalOnly ? new MaterializedReceiver(query, _node.Memory, encoded, isLive: false) : encoded;
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        RunningJob? running = _running;
        int most = IsShell && context.Signal == PosixSignal.SIGINT ? ShellInterrupts : 1;
        if (Interlocked.Increment(ref _interrupts) > most || (running is null && !IsShell))
        {
            Environment.Exit(ExitCode.Interrupted);
        }

        running?.Cancel();
    }
}
