using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Testing.Simulation;

/// <summary>Plays seed after seed and counts what happened; one seed in fifty is played twice and has to be the same.</summary>
public sealed class SimulationCampaign
{
    private readonly long _started = TimeProvider.System.GetTimestamp();

    /// <summary>Gets the number of seeds played.</summary>
    public int Seeds { get; private set; }

    /// <summary>Gets the number of seeds played twice.</summary>
    public int Twice { get; private set; }

    /// <summary>Gets the number of processes.</summary>
    public int Processes { get; private set; }

    /// <summary>Gets the number of processes killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Gets the number of processes that went on beside a later one.</summary>
    public int Zombies { get; private set; }

    /// <summary>Gets the number of seeds in which several of them were there at once.</summary>
    public int SeveralZombies { get; private set; }

    /// <summary>Gets the number of times that a job began again inside its process.</summary>
    public int Restarts { get; private set; }

    /// <summary>Gets the number of restarts at another parallelism.</summary>
    public int Rescales { get; private set; }

    /// <summary>Gets the number of damaged files that were noticed.</summary>
    public int Damages { get; private set; }

    /// <summary>Gets the number of new lives from a savepoint.</summary>
    public int Savepoints { get; private set; }

    /// <summary>Gets the number of processes that went on from the savepoint of a life whose first process had died without a checkpoint.</summary>
    public int OriginsTaken { get; private set; }

    /// <summary>Gets the number of committed checkpoints.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>Gets the number of epochs at which sinks were compared with sources.</summary>
    public long ComparedEpochs { get; private set; }

    /// <summary>Gets the number of seeds by job.</summary>
    public SortedDictionary<string, long> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the number of store faults by kind.</summary>
    public SortedDictionary<StoreFault, long> StoreFaults { get; } = [];

    /// <summary>Gets the number of processes whose exchanges led over a network.</summary>
    public int NetworkProcesses { get; private set; }

    /// <summary>Gets the number of faults of networks by kind.</summary>
    public SortedDictionary<string, long> NetworkFaults { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the number of kills and pauses by point of the protocol.</summary>
    public SortedDictionary<string, long> KillsAt { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the number of comparisons of all rows shown with all rows that the sources gave.</summary>
    public long Comparisons { get; private set; }

    /// <summary>Gets the number of seeds that broke a promise, by promise; I1 is a row lost, doubled or wrong.</summary>
    public SortedDictionary<string, long> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the number of checks by invariant.</summary>
    public SortedDictionary<string, long> Checks { get; } = new(StringComparer.Ordinal);

    /// <summary>Plays seeds.</summary>
    /// <exception cref="SimulationException">One broke a promise; its message replays it.</exception>
    public void Run(int first, int count)
    {
        for (int seed = first; seed < first + count; seed++)
        {
            Run(seed);
        }
    }

    /// <summary>Plays one seed.</summary>
    /// <exception cref="SimulationException">It broke a promise; the message replays it.</exception>
    public void Run(int seed)
    {
        SimulatedHistory history;
        try
        {
            history = SimulatedHistory.Play(seed);
        }
        catch (SimulationException broken)
        {
            // The second line says which promise, behind the name of the job.
            string[] lines = broken.Message.Split('\n');
            string promise = lines.Length > 1 ? lines[1][(lines[1].IndexOf(": ", StringComparison.Ordinal) + 2)..] : lines[0];
            Add(Broken, promise.Split(':')[0], 1);
            throw;
        }

        if (seed % 50 == 0)
        {
            Twice++;
            if (SimulatedHistory.Play(seed).TraceHash != history.TraceHash)
            {
                throw new SimulationException(
                    string.Create(CultureInfo.InvariantCulture, $"I5: seed {seed} played twice is not the same history."));
            }
        }

        Count(history);
    }

    /// <summary>Prints everything counted.</summary>
    public string Report()
    {
        double seconds = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Seeds + Broken.Values.Sum()} seeds in {seconds:0.0} s, {(Seeds + Broken.Values.Sum()) / seconds * 60:0} a minute; {Broken.Values.Sum()} broke a promise: [{List(Broken)}]
            {Comparisons} comparisons of sinks with sources, {Broken.Where(b => b.Key.StartsWith("I1", StringComparison.Ordinal) && b.Key.Split(',')[0] == "I1").Sum(b => b.Value)} with rows lost, doubled or wrong; {Twice} seeds played twice, equal
            {Processes} processes, {Kills} killed, {Restarts} restarts inside a process, {Zombies} zombies ({SeveralZombies} seeds with several at once), {Rescales} restarts at another parallelism, {Damages} damaged files noticed, {Savepoints} lives begun from a savepoint ({OriginsTaken} processes found theirs by its record)
            {Checkpoints} checkpoints, {ComparedEpochs} epochs compared with the sources
            shapes: {List(Shapes)}
            kills and pauses: {List(KillsAt)}
            store faults: {List(StoreFaults)}
            exchanges over a network: {NetworkProcesses} processes, faults: {List(NetworkFaults)}
            checks: {List(Checks)}
            """);
    }

    private static string List<T>(SortedDictionary<T, long> counts)
        where T : notnull =>
        string.Join(", ", counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));

    private static void Add<T>(SortedDictionary<T, long> counts, T key, long count)
        where T : notnull =>
        counts[key] = counts.GetValueOrDefault(key) + count;

    private void Count(SimulatedHistory history)
    {
        Seeds++;
        Processes += history.Counts.Processes;
        Kills += history.Counts.Kills;
        Zombies += history.Counts.Zombies;
        SeveralZombies += history.Counts.MostZombiesAtOnce > 1 ? 1 : 0;
        Restarts += history.Counts.Restarts;
        Rescales += history.Counts.Rescales;
        Damages += history.Counts.Damages;
        Savepoints += history.Counts.Savepoints;
        OriginsTaken += history.Counts.OriginsTaken;
        Checkpoints += history.Counts.Checkpoints;
        ComparedEpochs += history.Counts.ComparedEpochs;
        Comparisons += history.Counts.Comparisons;
        NetworkProcesses += history.Counts.NetworkProcesses;
        Add(Checks, "ledger says ok", history.Counts.LedgersRead);
        Add(Shapes, history.Shape, 1);
        foreach ((StoreFault kind, int count) in history.StoreFaults)
        {
            Add(StoreFaults, kind, count);
        }

        foreach ((string kind, long count) in history.Counts.NetworkFaults)
        {
            Add(NetworkFaults, kind, count);
        }

        foreach ((string point, int count) in history.Counts.KillsAt)
        {
            Add(KillsAt, point, count);
        }

        foreach ((string check, long count) in history.Checks)
        {
            Add(Checks, check, count);
        }
    }
}
