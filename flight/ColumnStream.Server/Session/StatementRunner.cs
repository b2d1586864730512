using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Runs the statements of a planned script one after the other on the console.</summary>
internal sealed class StatementRunner : IStatementSurroundings, IDisposable
{
    /// <summary>Interrupts of one statement after which the shell gives up on a job that does not stop.</summary>
    private const int ShellInterrupts = 3;

    private readonly NodeBuilder _node;
    private readonly StatementExecutor _executor;
    private readonly string _script;
    private readonly RunOptions _options;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private RunningJob? _running;
    private int _interrupts;
    private int _code;
    private bool _isStopped;

    public StatementRunner(NodeBuilder node, string script, RunOptions options)
    {
        _node = node;
        _executor = new StatementExecutor(node, this);
        _script = script;
        _options = options;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Gets whether statements come from a terminal: what was done is said, and Ctrl-C ends a job, not the process.</summary>
    public bool IsShell { get; init; }

    /// <summary>Gets the options under which other scripts are planned that a statement names.</summary>
    public PlannerOptions Planning { get; init; } = new(default);

    private static bool IsTerminal => !Console.IsOutputRedirected;

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

            int code = statement is PlannedJob job ? RunJob(job, job.Query is null ? ordinal++ : 0) : Answer(statement);
            if (code != ExitCode.Done)
            {
                return code;
            }
        }

        return ExitCode.Done;
    }

    /// <inheritdoc/>
    public StatementAnswer Stop(PlannedStop stop)
    {
        _code = JobCommands.Stop(stop, _options.IsQuiet);
        return new StatementAnswer(string.Empty);
    }

    /// <inheritdoc/>
    public StatementAnswer ExplainUpgrade(PlannedUpgrade upgrade)
    {
        // What is refused there has been answered all the same; only what cannot be told ends a script.
        int code = new UpgradeExplainer(_node, Planning, Console.Out).Explain(upgrade.From, upgrade.To);
        _code = code == ExitCode.Usage ? code : ExitCode.Done;
        return new StatementAnswer(string.Empty);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
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

    private static int CodeOf(ColumnStreamException error)
    {
        Print(error);
        return error is UserException ? ExitCode.Usage : ExitCode.Failed;
    }

    /// <summary>Tells whether a job prints to standard output, so that it has no purpose once nobody reads there.</summary>
    private static bool Prints(PlannedJob job) => job.Graph.Plan.Nodes.Any(n =>
        n is SinkNode { Table.Connector: "print" } sink && sink.Table.Option("standard-error") != "true");

    private int Answer(PlannedStatement statement)
    {
        try
        {
            _code = ExitCode.Done;
            StatementAnswer answer = _executor.Answer(statement);
            if (answer.HasRows)
            {
                TextTable.Print(Console.Out, answer.Columns, [.. answer.Rows]);
            }
            else if (IsShell && !_options.IsQuiet && answer.Summary.Length > 0)
            {
                Console.Out.WriteLine(answer.Summary);
            }

            return _code;
        }
        catch (ColumnStreamException error)
        {
            return CodeOf(error);
        }
    }

    private int RunJob(PlannedJob job, int ordinal)
    {
        // What nobody watches is shown at its end: until then its rows are state, which may go to disk.
        job = _options.Format is null || (_options.Format == ResultFormat.Table && IsTerminal) ? job : job.WithFinalRows();
        using var progress = new JobProgress(job, _options.IsQuiet, Prints(job));
        LaunchedJob? launched = null;
        ResultReceiver? receiver = null;
        try
        {
            _node.Prepare(new JobSettings(job.Settings).MemoryLimitBytes);
            receiver = job.Query is null ? null : Receiver(job, job.Query);
            launched = new JobLauncher(_node).Start(
                job, new JobLaunch(_script, ordinal, _options.Restore), receiver, progress.Warn);
            _running = launched.Running;
            Watch(_running, receiver, writesOutput: receiver is not null || Prints(job), progress);
            launched.Dispose();
            _isStopped = launched.Controlled.IsAskedToStop && _running.Status == JobStatus.Cancelled;
            return Finish(_running, receiver, progress);
        }
        catch (ColumnStreamException error)
        {
            progress.Erase();
            return CodeOf(error);
        }
        finally
        {
            _running = null;
            launched?.Dispose();
            receiver?.Dispose();
        }
    }

    private static void Watch(RunningJob running, ResultReceiver? receiver, bool writesOutput, JobProgress progress)
    {
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
    }

    private static int Finish(RunningJob running, ResultReceiver? receiver, JobProgress progress)
    {
        if (running.Status == JobStatus.Failed)
        {
            Print(running.Failure!);
            if (receiver is { KeptRows: > 0 } && running.Failure is ResourceException { Code: 6001 })
            {
                Console.Error.WriteLine(
                    $"note: {receiver.KeptRows:N0} rows were kept in memory to be shown; with --format csv they are state.");
            }

            return ExitCode.Failed;
        }

        receiver?.Complete();
        progress.Summarize(running);
        return ExitCode.Done;
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
