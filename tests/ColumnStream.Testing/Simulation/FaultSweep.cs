using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Lets every call that a short job makes to its store and its sinks fail in turn, in every way, and judges what becomes of it.</summary>
/// <remarks>
/// One history is: perhaps a run that is killed (so that the next one restores); the run whose call number k goes wrong; a run in
/// peace. The middle one must finish, or end by itself with an error that has a code, while a job beside it goes on; the last must
/// finish, and show every row once.
/// </remarks>
public sealed class FaultSweep
{
    private const long MostTurns = 20_000;

    private readonly MemoryLog _log;
    private readonly bool _restores;

    /// <summary>Makes a sweep.</summary>
    /// <param name="restores">Whether the job begins with a checkpoint.</param>
    public FaultSweep(bool restores)
    {
        _restores = restores;
        _log = MemoryLog.Random(new Random(3), splits: 2, rowsPerSplit: restores ? 88 : 20, keys: 5);
        Calls = CountCalls();
    }

    /// <summary>Gets the calls of a run in peace, in order.</summary>
    public IReadOnlyList<StoreCall> Calls { get; }

    /// <summary>Gets how the runs ended whose call went wrong, counted by their words.</summary>
    public SortedDictionary<string, int> Ends { get; } = new(StringComparer.Ordinal);

    /// <summary>Tells whether a kind of call can go wrong in a way.</summary>
    public static bool Applies(StoreCall call, SweptFault fault) => fault switch
    {
        SweptFault.OnceApplied => call is StoreCall.Create or StoreCall.Write or StoreCall.Delete,
        SweptFault.Torn => call is StoreCall.Write,
        _ => true,
    };

    /// <summary>Lets call number <paramref name="index"/> go wrong; returns a hash of all that happened.</summary>
    /// <param name="restart">What the job does after a failure.</param>
    /// <param name="index">The call.</param>
    /// <param name="fault">How it goes wrong.</param>
    /// <exception cref="SimulationException">A promise was broken.</exception>
    public ulong Play(RestartOptions restart, int index, SweptFault fault)
    {
        var world = new World(this, restart);
        try
        {
            return Play(world, index, fault);
        }
        catch (Exception broken)
        {
            throw new SimulationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{fault} at call {index} ({Calls[index]}), {restart.Strategy}{(_restores ? ", restored" : null)}: {world.Course}: {broken.Message}"),
                broken);
        }
    }

    private ulong Play(World world, int index, SweptFault fault)
    {
        Begin(world);
        int calls = 0;
        RunningJob? job = world.Run(seed: 2, call => (calls++ - index, fault) switch
        {
            (< 0, _) => null,
            (> 0, not SweptFault.FromThenOn) => null,
            (_, SweptFault.OnceApplied) => StoreFault.TimeoutApplied,
            (_, SweptFault.Torn) => StoreFault.TornWrite,
            _ => StoreFault.ServerError,
        });
        Check(calls > index, "The call was never made.");
        string end = job is null ? "does not start" : job.HasEnded ? $"{job.Status}" : "tries on";
        end += job?.Failure is ColumnStreamException known ? $" CST{known.Code:D4}" : null;
        Ends[end] = Ends.GetValueOrDefault(end) + 1;
        Check(job?.Failure is null or ExternalException, $"The job failed without a name: {job?.Failure}");
        Check(job is null || job.HasEnded || fault == SweptFault.FromThenOn, "The job hangs behind a fault that was over.");
        Check(
            job is null || job.Status == JobStatus.Finished || fault == SweptFault.FromThenOn || world.Restart.Strategy == RestartStrategy.None,
            "One fault ended a job that may start again.");
        Check(world.IsNeighbourWell, "The job beside it did not go on.");
        RunningJob last = world.Run(seed: 3, static _ => null) ?? throw new SimulationException("The next run does not start.");
        Check(last.Status is JobStatus.Finished or JobStatus.AlreadyFinished, $"The next run ended as {last.Status}: {last.Failure}");
        string? difference = MemoryJob.Difference(_log, world.Ledger);
        Check(difference is null, $"The rows are wrong: {difference}");
        world.Judge.CheckRestorable();
        IntegrityReport report = new IntegrityCheck(world.Store, static (_, _, _) => null).Run();
        Check(report.IsOk, $"The ledger finds a difference: {report.First}");
        return world.Trace;
    }

    private List<StoreCall> CountCalls()
    {
        var calls = new List<StoreCall>();
        var world = new World(this, new RestartOptions());
        Begin(world);
        RunningJob job = world.Run(seed: 2, call =>
        {
            calls.Add(call);
            return null;
        })!;
        Check(job.Status == JobStatus.Finished, $"In peace the job ended as {job.Status}: {job.Failure}");
        return calls;
    }

    /// <summary>Leaves a checkpoint in the midst, if the job is to restore one.</summary>
    private void Begin(World world)
    {
        if (_restores)
        {
            world.Run(seed: 1, static _ => null, static job => job.Metrics().Checkpoints.Completed >= 1);
        }
    }

    private static void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new SimulationException(message);
        }
    }

    /// <summary>Is what outlives the runs.</summary>
    private sealed class World
    {
        private readonly FaultSweep _sweep;

        public World(FaultSweep sweep, RestartOptions restart)
        {
            _sweep = sweep;
            Restart = restart;
            Judge = new StoreJudge(Store);
            Ledger.IsNamed = Judge.Names;
        }

        public RestartOptions Restart { get; }

        public SimulatedObjectStore Store { get; } = new();

        public MemoryLedger Ledger { get; } = new();

        public StoreJudge Judge { get; }

        public ulong Trace { get; private set; }

        public bool IsNeighbourWell { get; private set; }

        public string Course { get; private set; } = "";

        /// <summary>Runs the job to its end, or until it is killed; null when it does not start.</summary>
        public RunningJob? Run(int seed, Func<StoreCall, StoreFault?> choose, Func<RunningJob, bool>? killed = null)
        {
            using var pool = new SizeClassPool();
            var executor = new SimExecutor(seed, longestQuantum: 2);
            JobRunner Runner(MemoryLog log, MemoryLedger ledger) => new(
                executor, executor, new ConnectorRegistry([new MemoryConnector(log, ledger)]),
                new BufferAllocator("sweep", pool), new StatePool());
            Store.Choose = choose;
            Store.Delay = executor.Pass;
            Ledger.LosesWrite = () => choose(StoreCall.SinkWrite) is not null;
            Ledger.Fault = () =>
            {
                if (choose(StoreCall.SinkCommit) is not null)
                {
                    throw new ExternalException(5000, "Simulated commit fault.", retryable: true);
                }
            };
            RunningJob neighbour = Runner(_sweep._log, new MemoryLedger()).Start(
                MemoryJob.Graph(1, 1), Options() with { Checkpoints = new SimulatedObjectStore() });
            RunningJob? job = null;
            try
            {
                job = Runner(_sweep._log, Ledger).Start(
                    MemoryJob.Graph(2, 2), Options() with { Checkpoints = Store, Restart = Restart });
            }
            catch (ExternalException failure) when (failure.Code > 0)
            {
                Course += $"does not start: {failure.Message} ";
            }

            while ((job is { HasEnded: false } && killed?.Invoke(job) != true) || !neighbour.HasEnded)
            {
                if (executor.Turns > MostTurns || !executor.Step())
                {
                    break;
                }
            }

            Course += job is null ? null : $"{job.Status} {job.Failure?.Message} ";
            IsNeighbourWell = neighbour.Status == JobStatus.Finished;
            Trace = (Trace ^ executor.TraceHash) * 1099511628211;
            return job;
        }

        private static JobOptions Options() => new("sweep")
        {
            CheckpointInterval = TimeSpan.FromMicroseconds(30),
            Checkpointing = new CheckpointOptions { Retained = 1 },
            TolerableFailedCheckpoints = 2,
            MaxRows = 1,
            Checks = true,
            Nonce = "run",
        };
    }
}
