using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Sabotage;

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

    private readonly HistoryGround _ground;
    private readonly HistoryProcesses _processes;

    private SimulatedHistory(int seed, Workload? workload, SimulatedFaults faults, PlantedBug? bug)
    {
        Seed = seed;
        _ground = new HistoryGround(seed, workload, faults, bug);
        _processes = new HistoryProcesses(_ground);
    }

    /// <summary>Gets the seed.</summary>
    public int Seed { get; }

    /// <summary>Gets the name of the job.</summary>
    public string Shape => _ground.Workload.Name;

    /// <summary>Gets a hash of everything that happened.</summary>
    public ulong TraceHash => _processes.TraceHash;

    /// <summary>Gets how often what happened.</summary>
    public HistoryCounts Counts => _ground.Counts;

    /// <summary>Gets the number of store faults by kind.</summary>
    public IReadOnlyDictionary<StoreFault, int> StoreFaults => _ground.Store.FaultsByKind;

    /// <summary>Gets the number of checks by invariant.</summary>
    public IReadOnlyDictionary<string, long> Checks => _ground.Judge.Checks;

    /// <summary>Gets what is visible.</summary>
    internal MemoryLedger Ledger => _ground.Ledger;

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
                + string.Join("\n  ", history._ground.Events.TakeLast(40)),
                failure);
        }
        finally
        {
            history._processes.DropCurrent();
            history._processes.DropZombies();
        }

        return history;
    }

    private void Play()
    {
        int kills = _ground.Random.Next(0, _ground.Faults.MostKills + 1);
        bool finished = false;
        for (int i = 0; i < kills && !finished; i++)
        {
            finished = _processes.Live(turns: 50 << _ground.Random.Next(0, 10));
            if (!finished && _ground.Faults.Damage && _processes.ZombieCount == 0 && _ground.Random.Next(8) == 0)
            {
                Damage();
            }

            if (!finished && _ground.Faults.Savepoints && _ground.Saved is null && _processes.ZombieCount == 0 && _ground.Saves.Next(6) == 0)
            {
                finished = Save();
            }
        }

        // Faults are over: now it must get on, whatever was left behind.
        _ground.IsQuiet = true;
        _ground.Note("faults are over");
        _ground.Store.FaultsPerMille = 0;
        _processes.Current?.Network?.Calm();
        _processes.DropZombies();
        _ground.MayLoseOne = _ground.Faults.Network;
        long floor = _ground.Judge.Floors;
        for (int i = 0; i < 3 && !finished; i++)
        {
            finished = _processes.Live(MostTurns);
        }

        if (!finished)
        {
            throw new SimulationException("I24: the job did not finish after faults had stopped.");
        }

        _ground.Compare("I1", "at the end", null);
        _ground.Judge.CheckRestorable();
        if (_ground.Store.Names("terminal.json").Count == 0)
        {
            throw new SimulationException("I14: the job is finished and nothing says so.");
        }

        if (!_processes.Live(MostTurns, expectAlreadyFinished: true))
        {
            throw new SimulationException("I14: a finished job ran again.");
        }

        _ground.Compare("I14", "started again behind its end", null);
        _ground.CheckLedger();
        if (_ground.Judge.Floors >= floor + 2)
        {
            _ground.Judge.CheckLeftovers();
        }
    }

    /// <summary>Stops the job behind a savepoint, in peace; the next process begins a new life from there. Returns whether it ended.</summary>
    private bool Save()
    {
        _ground.IsQuiet = true;
        var target = new SimulatedObjectStore { Random = new Random(_ground.Saves.Next()) };
        var savepoint = new Savepoint(target, "saved", SavepointStop.Suspend);
        if (!_processes.Begin())
        {
            throw new SimulationException("I24: the job that a savepoint is asked of does not start.");
        }

        SimulatedProcess process = _processes.Current!;
        for (int i = _ground.Saves.Next(0, 400); i > 0 && process.IsRunning && _processes.Step(process); i--)
        {
        }

        if (process.IsRunning)
        {
            process.Job!.TakeSavepoint(savepoint);
        }

        while (process.IsRunning && process.Turns < MostTurns && _processes.Step(process))
        {
        }

        JobStatus status = process.Job!.Status;
        _ground.Note($"savepoint of epoch {savepoint.Epoch}: {savepoint.Phase}, the job is {status} {process.Job.Failure?.Message}");
        _processes.DropCurrent();
        _ground.IsQuiet = false;
        if (status is JobStatus.Finished or JobStatus.AlreadyFinished)
        {
            return true;
        }

        if (status != JobStatus.Cancelled || savepoint.Phase != SavepointPhase.Done)
        {
            throw new SimulationException($"I24: the savepoint is {savepoint.Phase} and the job {status}: {process.Job.Failure}");
        }

        (_ground.Saved, _ground.SavedEpoch, _ground.BeginsLife) = (target, savepoint.Epoch, true);
        _ground.Counts.Savepoints++;
        return false;
    }

    /// <summary>Flips a bit in a file of the newest checkpoint: a process must say so and never take an older one; then mends it.</summary>
    private void Damage()
    {
        long newest = _ground.Judge.NewestEpoch();
        if (_ground.Judge.ManifestOf(newest) is not { IsFinal: false } manifest || _ground.Store.Names("terminal.json").Count > 0
            || newest <= _ground.SavedEpoch)
        {
            return;
        }

        // A file may hold sections that no manifest names any more: a bit of one that is named.
        StateFile[] files = [.. StoreJudge.FilesOf(manifest).DistinctBy(f => f.Path)];
        StateFile? file = files.Length > 0 && _ground.Random.Next(2) == 0 ? files[_ground.Random.Next(files.Length)] : null;
        string damaged = file?.Path ?? StoreJudge.PathOf(manifest);
        long? at = file is null ? null : file.Offset + (file.Length / 2);
        _ground.Note($"damaged: {damaged}");
        _ground.Store.Damage(damaged, at);
        _ground.Counts.Damages++;
        _ground.IsQuiet = true;
        Exception? failure = null;
        try
        {
            if (_processes.Begin())
            {
                SimulatedProcess process = _processes.Current!;
                while (process.IsRunning && process.Turns < MostTurns && _processes.Step(process))
                {
                }

                failure = process.Job!.Failure;
            }
        }
        catch (ExternalException found)
        {
            failure = found;
        }

        _processes.DropCurrent();

        if (failure is not ExternalException { Code: 5011 })
        {
            throw new SimulationException($"I17: nobody noticed that {damaged} is damaged, which epoch {newest} names: {failure}");
        }

        _ground.Store.Damage(damaged, at);
        _ground.IsQuiet = false;
    }
}
