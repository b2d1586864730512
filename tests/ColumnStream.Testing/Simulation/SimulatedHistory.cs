using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Sabotage;
using ColumnStream.Testing.Simulation.Shapes;

namespace ColumnStream.Testing.Simulation;

/// <summary>Plays one history of a job by a seed: processes that die anywhere or come back, stores that fail, then quiet; and judges it.</summary>
/// <remarks>
/// A process is one executor with everything on it; a kill drops it where it stands, a pause leaves it to go on later beside
/// the one that was started instead of it. What is durable stays: the tables, the objects, the ledger of the sinks. Some jobs are
/// stopped behind a savepoint in the middle; a new life begins from it, and is killed as any other. Then faults stop, the last process must finish, and what is visible must be what the tables say.
/// </remarks>
public sealed class SimulatedHistory
{
    private const long MostTurns = 2_000_000;
    private const int MostZombies = 3;

    private readonly Random _random;
    private readonly Random _saves;
    private readonly Workload _workload;
    private readonly SimulatedFaults _faults;
    private readonly PlantedBug? _bug;
    private readonly MemoryLedger _ledger = new();
    private readonly SimulatedObjectStore _store = new();
    private readonly StoreJudge _judge;
    private readonly ConnectorRegistry _connectors;
    private readonly SortedDictionary<string, int> _killsAt = new(StringComparer.Ordinal);
    private SimulatedProcess? _current;
    private SimulatedObjectStore? _saved;
    private long _savedEpoch;
    private bool _beginsLife;
    private readonly List<SimulatedProcess> _zombies = [];
    private SimulatedProcess? _running;
    private JobGraph? _graph;
    private long _startNs;
    private bool _isQuiet;
    private bool _mayPause;
    private ulong _trace = 17;
    private readonly List<string> _events = [];

    private SimulatedHistory(int seed, Workload? workload, SimulatedFaults faults, PlantedBug? bug)
    {
        Seed = seed;
        _random = new Random(seed);
        _saves = new Random(~seed);
        _workload = workload ?? JobShapes.Make(seed % JobShapes.Names.Count, _random);
        _faults = faults;
        _bug = bug;
        _judge = new StoreJudge(_store) { Committed = CompareAt, Began = number => _running!.Generation = number };
        _ledger.IsNamed = _judge.Names;
        _ledger.Fault = () => FailCommit();
        _ledger.LosesWrite = () => !_isQuiet && _faults.Writes && _running!.Luck.Next(500) == 0;
        _store.Random = new Random(_random.Next());
        _store.Crash = () => Hit(_running!, "store", 300);
        _store.Delay = time => _running!.Executor.Pass(time);
        Connector connector = _workload.Connect(_ledger);
        _connectors = new ConnectorRegistry(
            ConnectorTable.Create(System.IO.TextWriter.Null, System.IO.TextWriter.Null).Append(_bug?.Change(connector, _ledger) ?? connector));
    }

    /// <summary>Gets the seed.</summary>
    public int Seed { get; }

    /// <summary>Gets the name of the job.</summary>
    public string Shape => _workload.Name;

    /// <summary>Gets a hash of everything that happened.</summary>
    public ulong TraceHash => _trace;

    /// <summary>Gets the number of processes.</summary>
    public int Processes { get; private set; }

    /// <summary>Gets the number of processes that were killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Gets how many went on beside a later one.</summary>
    public int Zombies { get; private set; }

    /// <summary>Gets how many of them there were at once, at most.</summary>
    public int MostZombiesAtOnce { get; private set; }

    /// <summary>Gets how often a job began again inside its process.</summary>
    public int Restarts { get; private set; }

    /// <summary>Gets how many began with a checkpoint of another parallelism.</summary>
    public int Rescales { get; private set; }

    /// <summary>Gets how often a damaged file had to be noticed.</summary>
    public int Damages { get; private set; }

    /// <summary>Gets how often a new life began from a savepoint.</summary>
    public int Savepoints { get; private set; }

    /// <summary>Gets how many processes that had no checkpoint of their life were followed by one that went on from the savepoint.</summary>
    public int OriginsTaken { get; private set; }

    /// <summary>Gets the number of epochs at which the sinks were compared with the sources.</summary>
    public int ComparedEpochs { get; private set; }

    /// <summary>Gets the number of times that all rows shown were compared with the sources, epochs and ends.</summary>
    public int Comparisons { get; private set; }

    /// <summary>Gets how often the ledger was read at the end, and said that all is well.</summary>
    public int LedgersRead { get; private set; }

    /// <summary>Gets the number of committed checkpoints.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>Gets the number of store faults by kind.</summary>
    public IReadOnlyDictionary<StoreFault, int> StoreFaults => _store.FaultsByKind;

    /// <summary>Gets the number of kills and pauses by point of the protocol.</summary>
    public IReadOnlyDictionary<string, int> KillsAt => _killsAt;

    /// <summary>Gets the number of checks by invariant.</summary>
    public IReadOnlyDictionary<string, long> Checks => _judge.Checks;

    /// <summary>Gets what is visible.</summary>
    internal MemoryLedger Ledger => _ledger;

    /// <summary>Plays the history of a seed.</summary>
    /// <param name="seed">Draws everything.</param>
    /// <param name="workload">The job; by default the seed's own.</param>
    /// <param name="faults">What may go wrong; by default everything.</param>
    /// <param name="bug">A deliberate bug.</param>
    /// <param name="replay">The command that plays it again.</param>
    /// <exception cref="SimulationException">It broke a promise: the message replays it.</exception>
    public static SimulatedHistory Play(
        int seed, Workload? workload = null, SimulatedFaults? faults = null, PlantedBug? bug = null, string? replay = null)
    {
        var history = new SimulatedHistory(seed, workload, faults ?? new SimulatedFaults(), bug);
        try
        {
            history.Play();
        }
        catch (Exception failure) when (failure is not SimulationException { InnerException: not null })
        {
            throw new SimulationException(
                (replay ?? string.Create(CultureInfo.InvariantCulture,
                    $"replay: COLUMNSTREAM_SIM_SEED={seed} dotnet test tests/ColumnStream.Simulation.Tests -c Release"))
                + $"\n{history.Shape}: {(failure is SimulationException or InvariantException ? failure.Message : failure.ToString())}\n  "
                + string.Join("\n  ", history._events.TakeLast(40)),
                failure);
        }
        finally
        {
            history._current?.Drop();
            history._zombies.ForEach(static z => z.Drop());
        }

        return history;
    }

    private void Play()
    {
        int kills = _random.Next(0, _faults.MostKills + 1);
        bool finished = false;
        for (int i = 0; i < kills && !finished; i++)
        {
            finished = Live(turns: 50 << _random.Next(0, 10));
            if (!finished && _faults.Damage && _zombies.Count == 0 && _random.Next(8) == 0)
            {
                Damage();
            }

            if (!finished && _faults.Savepoints && _saved is null && _zombies.Count == 0 && _saves.Next(6) == 0)
            {
                finished = Save();
            }
        }

        // Faults are over: now it must get on, whatever was left behind.
        _isQuiet = true;
        Note("faults are over");
        _store.FaultsPerMille = 0;
        _zombies.ForEach(static z => z.Drop());
        _zombies.Clear();
        long floor = _judge.Floors;
        for (int i = 0; i < 3 && !finished; i++)
        {
            finished = Live(MostTurns);
        }

        if (!finished)
        {
            throw new SimulationException("I24: the job did not finish after faults had stopped.");
        }

        Compare("I1", "at the end", null);
        _judge.CheckRestorable();
        if (_store.Names("terminal.json").Count == 0)
        {
            throw new SimulationException("I14: the job is finished and nothing says so.");
        }

        if (!Live(MostTurns, expectAlreadyFinished: true))
        {
            throw new SimulationException("I14: a finished job ran again.");
        }

        Compare("I14", "started again behind its end", null);
        CheckLedger();
        if (_judge.Floors >= floor + 2)
        {
            _judge.CheckLeftovers();
        }
    }

    /// <summary>Runs one process, and perhaps one that was taken for dead beside it; returns whether the job is finished.</summary>
    private bool Live(long turns, bool expectAlreadyFinished = false)
    {
        _mayPause = !_isQuiet && _faults.Zombies && _random.Next(3) == 0;
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
            if (_zombies.Count > 0 && _random.Next(3) == 0)
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

        if (process.IsRunning && process.Turns >= turns && !_isQuiet && _mayPause && _zombies.Count < MostZombies)
        {
            MakeZombie(process);
            return false;
        }

        _current = null;
        return End(process, process.Turns >= turns);
    }

    private bool Begin()
    {
        var process = new SimulatedProcess(_random.Next(), _startNs, _isQuiet, Hit);
        SimulatedProcess? outer = _running;
        _current = process;
        _running = process;
        Processes++;
        _store.FaultsPerMille = !_isQuiet && _faults.Store && _random.Next(2) == 0 ? _random.Next(1, 120) : 0;
        long newest = _judge.NewestEpoch();
        long former = _judge.NewestGeneration;
        try
        {
            JobGraph graph = _faults.Rescaling || Processes == 1 ? _workload.Plan(_random) : _graph!;
            Rescales += _graph is not null && !graph.Fragments.Select(f => f.Parallelism)
                .SequenceEqual(_graph.Fragments.Select(f => f.Parallelism)) ? 1 : 0;
            _graph = graph;
            process.Start(
                _connectors, _bug?.Change(graph) ?? graph,
                From(Options()) with { Checkpoints = _bug?.Begin(_store, _store) ?? _store });
        }
        catch (SimulatedCrashException)
        {
            Kills++;
        }
        catch (ExternalException failure) when (failure.IsRetryable && !_isQuiet)
        {
            // The process could not even start: try again.
        }
        finally
        {
            _running = outer;
            OriginsTaken += _saved is not null && !_beginsLife && newest == _savedEpoch && process.Job is not null ? 1 : 0;
            _beginsLife &= _judge.NewestGeneration == former;
        }

        if (process.Job is null)
        {
            Drop(process);
            _current = null;
            return false;
        }

        Note($"process {process.Generation} begins with epoch {process.Job.RestoredEpoch}, parallelism "
            + string.Join(',', _graph!.Fragments.Select(f => f.Parallelism)));
        if (process.Job.RestoredEpoch != newest && !_judge.Adopt(process.Job.RestoredEpoch)
            && !(process.Job.Status == JobStatus.AlreadyFinished && _judge.WasFinal(process.Job.RestoredEpoch)))
        {
            throw new SimulationException(
                $"I17: the newest epoch is {newest}, and epoch {process.Job.RestoredEpoch} was restored without a word.");
        }

        return true;
    }

    private bool Step(SimulatedProcess process)
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
            Kills++;
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
        Restarts++;
        Note($"process {process.Generation} restarts from epoch {job.RestoredEpoch} after: {job.RestartedAfter?.Message}");
        long newest = _judge.NewestEpoch();
        if (_zombies.Count == 0 && process == _current && job.Status == JobStatus.Running && job.RestoredEpoch != newest
            && !_judge.Adopt(job.RestoredEpoch))
        {
            throw new SimulationException(
                $"I17: the newest epoch is {newest}, and the restarted job took epoch {job.RestoredEpoch} without a word.");
        }
    }

    private void StepZombie()
    {
        SimulatedProcess zombie = _zombies[_random.Next(_zombies.Count)];
        bool more = Step(zombie) && zombie.IsRunning && zombie.Turns < zombie.LastTurn;
        if (!more)
        {
            Note($"older process {zombie.Generation} ends: {zombie.Job!.Status} {zombie.Job.Failure?.Message}");
            _zombies.Remove(zombie);
            if (!zombie.IsDead && zombie.Job!.Status == JobStatus.Failed && zombie.Job.Failure is not ExternalException)
            {
                throw new SimulationException("The older process failed: " + zombie.Job.Failure);
            }

            Drop(zombie);
        }
    }

    /// <summary>Starts another process while this one stands still in a call, and lets it run for a while.</summary>
    private void Pause(SimulatedProcess process)
    {
        MakeZombie(process);
        if (Begin())
        {
            SimulatedProcess next = _current!;
            for (int i = _random.Next(0, 600); i > 0 && next.IsRunning && !next.IsDead && Step(next); i--)
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
        MostZombiesAtOnce = Math.Max(MostZombiesAtOnce, _zombies.Count);
        _current = null;
        _mayPause = false;
        Zombies++;
        process.LastTurn = process.Turns + _random.Next(1, 3000);
        _startNs = process.Executor.Now;
    }

    private bool End(SimulatedProcess process, bool ranOutOfTurns)
    {
        RunningJob job = process.Job!;
        Checkpoints += job.Metrics().Checkpoints.Completed;
        Note($"process {process.Generation} ends at turn {process.Turns}: {(process.IsDead ? "killed" : job.Status)} {job.Failure?.Message}");
        JobStatus status = process.IsDead ? JobStatus.Running : job.Status;
        bool isQuiet = _isQuiet && process.BeganQuiet;
        bool wasOvertaken = process.Generation != _judge.NewestGeneration || _judge.Overtaken.Count > 0;
        Drop(process);
        Kills += status == JobStatus.Running && !process.IsDead ? 1 : 0;
        switch (status)
        {
            case JobStatus.Finished or JobStatus.AlreadyFinished:
                return true;
            case JobStatus.Failed when job.Failure is ExternalException { IsRetryable: true } && !isQuiet:
            case JobStatus.Failed when job.Failure is ExternalException { Code: 5010 } && wasOvertaken:
                return false;
            case JobStatus.Failed:
                throw new SimulationException(job.Failure is ExternalException { Code: 5010 }
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
        _trace = (_trace ^ process.Executor.TraceHash) * 1099511628211;
        process.Drop();
        _bug?.Kill(_store);
    }

    /// <summary>Says what a process goes on from: the newest checkpoint, or a savepoint with which a new life begins.</summary>
    private JobOptions From(JobOptions options) => _saved is not { } saved
        ? options
        : options with
        {
            Restore = _beginsLife ? RestoreMode.Path : RestoreMode.Latest,
            RestoreFrom = _beginsLife ? saved : null,
            RestoreAddress = "saved",
            OpenOrigin = _ => saved,
            ClaimsRestored = _beginsLife && _saves.Next(2) == 0,
        };

    /// <summary>Stops the job behind a savepoint, in peace; the next process begins a new life from there. Returns whether it ended.</summary>
    private bool Save()
    {
        _isQuiet = true;
        var target = new SimulatedObjectStore { Random = new Random(_saves.Next()) };
        var savepoint = new Savepoint(target, "saved", SavepointStop.Suspend);
        if (!Begin())
        {
            throw new SimulationException("I24: the job that a savepoint is asked of does not start.");
        }

        SimulatedProcess process = _current!;
        for (int i = _saves.Next(0, 400); i > 0 && process.IsRunning && Step(process); i--)
        {
        }

        if (process.IsRunning)
        {
            process.Job!.TakeSavepoint(savepoint);
        }

        while (process.IsRunning && process.Turns < MostTurns && Step(process))
        {
        }

        JobStatus status = process.Job!.Status;
        Note($"savepoint of epoch {savepoint.Epoch}: {savepoint.Phase}, the job is {status} {process.Job.Failure?.Message}");
        _current = null;
        Drop(process);
        _isQuiet = false;
        if (status is JobStatus.Finished or JobStatus.AlreadyFinished)
        {
            return true;
        }

        if (status != JobStatus.Cancelled || savepoint.Phase != SavepointPhase.Done)
        {
            throw new SimulationException($"I24: the savepoint is {savepoint.Phase} and the job {status}: {process.Job.Failure}");
        }

        (_saved, _savedEpoch, _beginsLife) = (target, savepoint.Epoch, true);
        Savepoints++;
        return false;
    }

    /// <summary>Flips a bit in a file of the newest checkpoint: a process must say so and never take an older one; then mends it.</summary>
    private void Damage()
    {
        long newest = _judge.NewestEpoch();
        if (_judge.ManifestOf(newest) is not { IsFinal: false } manifest || _store.Names("terminal.json").Count > 0
            || newest <= _savedEpoch)
        {
            return;
        }

        // A file may hold sections that no manifest names any more: a bit of one that is named.
        StateFile[] files = [.. StoreJudge.FilesOf(manifest).DistinctBy(f => f.Path)];
        StateFile? file = files.Length > 0 && _random.Next(2) == 0 ? files[_random.Next(files.Length)] : null;
        string damaged = file?.Path ?? StoreJudge.PathOf(manifest);
        long? at = file is null ? null : file.Offset + (file.Length / 2);
        Note($"damaged: {damaged}");
        _store.Damage(damaged, at);
        Damages++;
        _isQuiet = true;
        Exception? failure = null;
        try
        {
            if (Begin())
            {
                while (_current!.IsRunning && _current.Turns < MostTurns && Step(_current))
                {
                }

                failure = _current.Job!.Failure;
            }
        }
        catch (ExternalException found)
        {
            failure = found;
        }

        if (_current is not null)
        {
            Drop(_current);
            _current = null;
        }

        if (failure is not ExternalException { Code: 5011 })
        {
            throw new SimulationException($"I17: nobody noticed that {damaged} is damaged, which epoch {newest} names: {failure}");
        }

        _store.Damage(damaged, at);
        _isQuiet = false;
    }

    /// <summary>The job's own ledger must come to the same verdict, whatever claims of overtaken runs lie about.</summary>
    private void CheckLedger()
    {
        IntegrityReport report = new IntegrityCheck(_store, static (_, _, _) => null).Run();
        LedgersRead++;
        if (!report.IsOk)
        {
            throw new SimulationException($"The ledger finds a difference where there is none: {report.First}");
        }
    }

    private void Note(string what) => _events.Add(what);

    private void CompareAt(Manifest manifest)
    {
        if (_zombies.Count > 0 || _graph is null)
        {
            return;
        }

        var tables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (SourceNode source in _graph.Plan.Nodes.OfType<SourceNode>())
        {
            tables[source.Uid] = SimulatedConnector.ShortName(source.Table.Name);
        }

        var positions = new Dictionary<(string Table, int Split), int>();
        foreach (((string uid, int split), int position) in StoreJudge.PositionsOf(manifest))
        {
            positions[(tables[uid], split)] = position;
        }

        Note($"epoch {manifest.Epoch} is committed");
        ComparedEpochs++;
        Compare("I1, I3, I4", string.Create(CultureInfo.InvariantCulture, $"at epoch {manifest.Epoch}"), positions);
    }

    private void Compare(string invariants, string when, IReadOnlyDictionary<(string Table, int Split), int>? positions)
    {
        Comparisons++;
        if (_workload.Difference(_ledger, positions) is { } difference)
        {
            throw new SimulationException($"{invariants}: {when}: {difference}");
        }
    }

    private JobOptions Options() => new("sim")
    {
        CheckpointInterval = TimeSpan.FromMicroseconds(8 << _random.Next(0, 8)),
        TolerableFailedCheckpoints = 1000,
        MaxRows = 1 << _random.Next(0, 5),
        RandomCutsSeed = _random.Next(2) == 0 ? _random.Next() : null,
        ChannelCreditBytes = 1L << _random.Next(0, 21),
        Seed = _random.Next(),
        Checks = true,
        Restart = _faults.Restarts && _random.Next(3) > 0
            ? new RestartOptions { Strategy = (RestartStrategy)_random.Next(1, 4), Attempts = _random.Next(1, 5), MaxFailuresPerInterval = 3,
                AttemptsBeforeResetBackoff = _random.Next(1, 5) }
            : new RestartOptions(),
        SpillsAlways = _faults.Spill && _random.Next(6) == 0,
        Nonce = _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
    };

    private void FailCommit()
    {
        if (!_isQuiet && _faults.Commits && _running!.Luck.Next(20) == 0)
        {
            throw new ExternalException(5000, "Simulated commit fault.", retryable: true);
        }
    }

    private void Hit(SimulatedProcess process, string point, int oneIn)
    {
        if (_isQuiet || _faults.MostKills == 0 || process != _current || process.Luck.Next(oneIn) != 0)
        {
            return;
        }

        Note($"process {process.Generation} at {point}, turn {process.Turns}: "
            + (_mayPause && _zombies.Count < MostZombies && process.Job is not null ? "paused" : "killed"));
        _killsAt[point] = _killsAt.GetValueOrDefault(point) + 1;
        if (_mayPause && _zombies.Count < MostZombies && process.Job is not null)
        {
            Pause(process);
            return;
        }

        if (_faults.Restarts && process.Luck.Next(2) == 0)
        {
            throw new ExternalException(5000, $"Simulated failure at {point}.", retryable: true);
        }

        throw new SimulatedCrashException(point);
    }
}
