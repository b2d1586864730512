using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Testing.Simulation;

/// <summary>Holds the processes of a history: the newest, and those that were taken for dead and go on beside it.</summary>
internal sealed class HistoryProcesses
{
    private const int MostZombies = 3;

    private readonly HistoryGround _ground;
    private readonly ConnectorRegistry _connectors;
    private readonly List<SimulatedProcess> _zombies = [];
    private SimulatedProcess? _current;
    private SimulatedProcess? _running;
    private long _startNs;
    private bool _mayPause;

    public HistoryProcesses(HistoryGround ground)
    {
        _ground = ground;
        Connector connector = ground.Workload.Connect(ground.Ledger);
        _connectors = new ConnectorRegistry(ConnectorTable.Create(System.IO.TextWriter.Null, System.IO.TextWriter.Null)
            .Append(ground.Bug?.Change(connector, ground.Ledger) ?? connector));
        ground.Judge.Began = number => _running!.Generation = number;
        ground.Judge.Committed = manifest =>
        {
            if (_zombies.Count == 0)
            {
                ground.CompareAt(manifest);
            }
        };
        ground.Ledger.Fault = FailCommit;
        ground.Ledger.LosesWrite = () => !ground.IsQuiet && ground.Faults.Writes && _running!.Luck.Next(500) == 0;
        ground.Store.Crash = () => Hit(_running!, "store", 300);
        ground.Store.Delay = time => _running!.Executor.Pass(time);
    }

    /// <summary>Gets a hash of everything that processes did.</summary>
    public ulong TraceHash { get; private set; } = 17;

    /// <summary>Gets the newest process, or null.</summary>
    public SimulatedProcess? Current => _current;

    /// <summary>Gets how many others there are.</summary>
    public int ZombieCount => _zombies.Count;

    /// <summary>Drops the others where they stand.</summary>
    public void DropZombies()
    {
        _zombies.ForEach(static zombie => zombie.Drop());
        _zombies.Clear();
    }

    /// <summary>Drops the newest process where it stands.</summary>
    public void DropCurrent()
    {
        if (_current is { } process)
        {
            _current = null;
            Drop(process);
        }
    }

    /// <summary>Runs one process, and perhaps one that was taken for dead beside it; returns whether the job is finished.</summary>
    public bool Live(long turns, bool expectAlreadyFinished = false)
    {
        _mayPause = !_ground.IsQuiet && _ground.Faults.Zombies && _ground.Random.Next(3) == 0;
        if (_current is null && !Begin())
        {
            return false;
        }

        if (expectAlreadyFinished && _current!.Job!.Status != JobStatus.AlreadyFinished)
        {
            throw new SimulationException("I14: a finished job was started again.");
        }

        SimulatedProcess process = _current!;
        while (_current == process && process.IsRunning && process.Turns < turns)
        {
            if (_zombies.Count > 0 && _ground.Random.Next(3) == 0)
            {
                StepZombie();
            }
            else if (!Step(process))
            {
                break;
            }
        }

        if (_current != process)
        {
            // It paused and is the zombie now; its successor goes on.
            return false;
        }

        if (process.IsRunning && process.Turns >= turns && !_ground.IsQuiet && _mayPause && _zombies.Count < MostZombies)
        {
            MakeZombie(process);
            return false;
        }

        _current = null;
        return End(process, process.Turns >= turns);
    }

    /// <summary>Starts a process; false where it could not even start.</summary>
    public bool Begin()
    {
        var process = new SimulatedProcess(_ground.Random.Next(), _startNs, _ground.IsQuiet, Hit);
        SimulatedProcess? outer = _running;
        _current = process;
        _running = process;
        _ground.Counts.Processes++;
        _ground.Store.FaultsPerMille = !_ground.IsQuiet && _ground.Faults.Store && _ground.Random.Next(2) == 0 ? _ground.Random.Next(1, 120) : 0;
        long newest = _ground.Judge.NewestEpoch();
        long former = _ground.Judge.NewestGeneration;
        try
        {
            JobGraph graph = _ground.Faults.Rescaling || _ground.Counts.Processes == 1 ? _ground.Workload.Plan(_ground.Random) : _ground.Graph!;
            _ground.Counts.Rescales += _ground.Graph is not null && !graph.Fragments.Select(f => f.Parallelism)
                .SequenceEqual(_ground.Graph.Fragments.Select(f => f.Parallelism)) ? 1 : 0;
            _ground.Graph = graph;
            JobOptions options = From(Options()) with { Checkpoints = _ground.Bug?.Begin(_ground.Store, _ground.Store) ?? _ground.Store };
            if (_ground.Faults.Network && _ground.Wires.Next(2) == 0)
            {
                _ground.Counts.NetworkProcesses++;
                options = options with { Exchange = process.Connect(Wire(), _ground.Bug, _ground.Networks) };
                process.Network!.Connecting = () => Stand(process);
            }

            process.Start(_connectors, _ground.Bug?.Change(graph) ?? graph, options);
        }
        catch (SimulatedCrashException)
        {
            _ground.Counts.Kills++;
        }
        catch (ExternalException failure) when (failure.IsRetryable && !_ground.IsQuiet)
        {
            // The process could not even start: try again.
        }
        finally
        {
            _running = outer;
            _ground.Counts.OriginsTaken += _ground.Saved is not null && !_ground.BeginsLife && newest == _ground.SavedEpoch && process.Job is not null ? 1 : 0;
            _ground.BeginsLife &= _ground.Judge.NewestGeneration == former;
        }

        if (process.Job is null)
        {
            Drop(process);
            _current = null;
            return false;
        }

        _ground.Note($"process {process.Generation} begins with epoch {process.Job.RestoredEpoch}, parallelism "
            + string.Join(',', _ground.Graph!.Fragments.Select(f => f.Parallelism)));
        if (process.Job.RestoredEpoch != newest && !_ground.Judge.Adopt(process.Job.RestoredEpoch)
            && !(process.Job.Status == JobStatus.AlreadyFinished && _ground.Judge.WasFinal(process.Job.RestoredEpoch)))
        {
            throw new SimulationException(
                $"I17: the newest epoch is {newest}, and epoch {process.Job.RestoredEpoch} was restored without a word.");
        }

        return true;
    }

    /// <summary>Draws what goes wrong between the nodes of a process.</summary>
    private WireFaults Wire()
    {
        if (_ground.IsQuiet)
        {
            bool losesOne = _ground.MayLoseOne;
            _ground.MayLoseOne = false;
            return losesOne ? new WireFaults(LoseOne: Math.Pow(10, -1 - _ground.Wires.NextDouble())) : WireFaults.None;
        }

        WireFaults wire = _ground.Wires.Next(3) == 0 ? WireFaults.None : WireFaults.Draw(_ground.Wires);
        return _ground.Networks.Count > 0 && _ground.Wires.Next(2) == 0 ? wire with { Stray = 0.5 } : wire;
    }

    /// <summary>Gives a process a turn; returns whether it goes on.</summary>
    public bool Step(SimulatedProcess process)
    {
        SimulatedProcess? outer = _running;
        _running = process;
        try
        {
            bool more = process.Executor.Step();
            JudgeRestart(process);
            if (more)
            {
                return true;
            }
        }
        catch (SimulatedCrashException)
        {
            _ground.Counts.Kills++;
            process.IsDead = true;
            return false;
        }
        finally
        {
            _running = outer;
        }

        return process.IsRunning
            ? throw new SimulationException("I24: the job hangs: nobody is ready and no timer waits.")
            : false;
    }

    /// <summary>An attempt in the same process begins where a new process would.</summary>
    private void JudgeRestart(SimulatedProcess process)
    {
        RunningJob job = process.Job!;
        if (process.JudgedRestarts == job.Restarts)
        {
            return;
        }

        process.JudgedRestarts = job.Restarts;
        _ground.Counts.Restarts++;
        _ground.Note($"process {process.Generation} restarts from epoch {job.RestoredEpoch} after: {job.RestartedAfter?.Message}");
        long newest = _ground.Judge.NewestEpoch();
        if (_zombies.Count == 0 && process == _current && job.Status == JobStatus.Running && job.RestoredEpoch != newest
            && !_ground.Judge.Adopt(job.RestoredEpoch))
        {
            throw new SimulationException(
                $"I17: the newest epoch is {newest}, and the restarted job took epoch {job.RestoredEpoch} without a word.");
        }
    }

    private void StepZombie()
    {
        SimulatedProcess zombie = _zombies[_ground.Random.Next(_zombies.Count)];
        bool more = Step(zombie) && zombie.IsRunning && zombie.Turns < zombie.LastTurn;
        if (!more)
        {
            _ground.Note($"older process {zombie.Generation} ends: {zombie.Job!.Status} {zombie.Job.Failure?.Message}");
            _zombies.Remove(zombie);
            if (!zombie.IsDead && zombie.Job!.Status == JobStatus.Failed && zombie.Job.Failure is not ExternalException)
            {
                throw new SimulationException("The older process failed: " + zombie.Job.Failure);
            }

            Drop(zombie);
        }
    }

    /// <summary>Lets a process stand still where it connects its nodes: when it goes on, others have their names.</summary>
    private void Stand(SimulatedProcess process)
    {
        if (!_ground.IsQuiet && process == _current && _mayPause && _zombies.Count < MostZombies && process.Job is not null && process.Luck.Next(6) == 0)
        {
            _ground.Note($"process {process.Generation} connects, turn {process.Turns}: paused");
            _ground.Counts.KillsAt["connect"] = _ground.Counts.KillsAt.GetValueOrDefault("connect") + 1;
            Pause(process, mostTurns: 60);
            process.Network!.Stray();
        }
    }

    /// <summary>Starts another process while this one stands still in a call, and lets it run for a while.</summary>
    private void Pause(SimulatedProcess process, int mostTurns = 600)
    {
        MakeZombie(process);
        if (Begin())
        {
            SimulatedProcess next = _current!;
            for (int i = _ground.Random.Next(0, mostTurns); i > 0 && next.IsRunning && !next.IsDead && Step(next); i--)
            {
            }

            if (next.IsDead)
            {
                Drop(next);
                _current = null;
            }
        }
    }

    private void MakeZombie(SimulatedProcess process)
    {
        _zombies.Add(process);
        _ground.Counts.MostZombiesAtOnce = Math.Max(_ground.Counts.MostZombiesAtOnce, _zombies.Count);
        _current = null;
        _mayPause = false;
        _ground.Counts.Zombies++;
        process.LastTurn = process.Turns + _ground.Random.Next(1, 3000);
        _startNs = process.Executor.Now;
    }

    private bool End(SimulatedProcess process, bool ranOutOfTurns)
    {
        RunningJob job = process.Job!;
        _ground.Counts.Checkpoints += job.Metrics().Checkpoints.Completed;
        _ground.Note($"process {process.Generation} ends at turn {process.Turns}: {(process.IsDead ? "killed" : job.Status)} {job.Failure?.Message}");
        JobStatus status = process.IsDead ? JobStatus.Running : job.Status;
        bool isQuiet = _ground.IsQuiet && process.BeganQuiet;
        bool isWhole = isQuiet && process.Network is null or { Faults: 0 };
        bool wasOvertaken = process.Generation != _ground.Judge.NewestGeneration || _ground.Judge.Overtaken.Count > 0;
        Drop(process);
        _ground.Counts.Kills += status == JobStatus.Running && !process.IsDead ? 1 : 0;
        switch (status)
        {
            case JobStatus.Finished or JobStatus.AlreadyFinished:
                return true;
            case JobStatus.Failed when job.Failure is ExternalException { IsRetryable: true } && !isWhole:
            case JobStatus.Failed when job.Failure is ExternalException { Code: 5010 or 5072 } && wasOvertaken:
                return false;
            case JobStatus.Failed:
                throw new SimulationException(job.Failure is ExternalException { Code: 5010 or 5072 }
                    ? "I24: the newest process stopped for another one that does not exist: " + job.Failure.Message
                    : "I24: the job failed: " + job.Failure);
            case JobStatus.Running when isQuiet:
                throw new SimulationException(ranOutOfTurns ? "I24: the job runs for ever." : "I24: the job hangs.");
            default:
                return false;
        }
    }

    private void Drop(SimulatedProcess process)
    {
        _startNs = Math.Max(_startNs, process.Executor.Now);
        foreach ((string kind, int count) in process.Network?.FaultsByKind ?? new Dictionary<string, int>())
        {
            _ground.Counts.NetworkFaults[kind] = _ground.Counts.NetworkFaults.GetValueOrDefault(kind) + count;
        }

        TraceHash = (TraceHash ^ process.Executor.TraceHash) * 1099511628211;
        process.Drop();
        _ground.Bug?.Kill(_ground.Store);
    }

    /// <summary>Says what a process goes on from: the newest checkpoint, or a savepoint with which a new life begins.</summary>
    private JobOptions From(JobOptions options) => _ground.Saved is not { } saved
        ? options
        : options with
        {
            Restore = _ground.BeginsLife ? RestoreMode.Path : RestoreMode.Latest,
            RestoreFrom = _ground.BeginsLife ? saved : null,
            RestoreAddress = "saved",
            OpenOrigin = _ => saved,
            ClaimsRestored = _ground.BeginsLife && _ground.Saves.Next(2) == 0,
        };

    private JobOptions Options() => new("sim")
    {
        CheckpointInterval = TimeSpan.FromMicroseconds(8 << _ground.Random.Next(0, 8)),
        TolerableFailedCheckpoints = 1000,
        MaxRows = 1 << _ground.Random.Next(0, 5),
        RandomCutsSeed = _ground.Random.Next(2) == 0 ? _ground.Random.Next() : null,
        ChannelCreditBytes = 1L << _ground.Random.Next(0, 21),
        Seed = _ground.Random.Next(),
        Checks = true,
        Restart = _ground.Faults.Restarts && _ground.Random.Next(3) > 0
            ? new RestartOptions { Strategy = (RestartStrategy)_ground.Random.Next(1, 4), Attempts = _ground.Random.Next(1, 5), MaxFailuresPerInterval = 3,
                AttemptsBeforeResetBackoff = _ground.Random.Next(1, 5) }
            : new RestartOptions(),
        SpillsAlways = _ground.Faults.Spill && _ground.Random.Next(6) == 0,
        Nonce = _ground.Random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
    };

    private void FailCommit()
    {
        if (!_ground.IsQuiet && _ground.Faults.Commits && _running!.Luck.Next(20) == 0)
        {
            throw new ExternalException(5000, "Simulated commit fault.", retryable: true);
        }
    }

    private void Hit(SimulatedProcess process, string point, int oneIn)
    {
        if (_ground.IsQuiet || _ground.Faults.MostKills == 0 || process != _current || process.Luck.Next(oneIn) != 0)
        {
            return;
        }

        _ground.Note($"process {process.Generation} at {point}, turn {process.Turns}: "
            + (_mayPause && _zombies.Count < MostZombies && process.Job is not null ? "paused" : "killed"));
        _ground.Counts.KillsAt[point] = _ground.Counts.KillsAt.GetValueOrDefault(point) + 1;
        if (_mayPause && _zombies.Count < MostZombies && process.Job is not null)
        {
            Pause(process);
            return;
        }

        if (_ground.Faults.Restarts && process.Luck.Next(2) == 0)
        {
            throw new ExternalException(5000, $"Simulated failure at {point}.", retryable: true);
        }

        throw new SimulatedCrashException(point);
    }
}
