using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace ColumnStream.Testing.Chaos;

/// <summary>Kills runs of a job at random moments until a number of kills is reached, and checks what readers see.</summary>
/// <remarks>
/// A third of the kills comes at a random time after the start, so that start-up and restore are hit; the others some
/// moments after a random point of the protocol. In half of the rounds every run has another parallelism. A round ends when a
/// run is not killed in time; then the output must equal that of a run without kills. After every kill the visible rows must be some of those, none doubled.
/// </remarks>
public sealed class KillCampaign(int seed, Dictionary<string, List<string>> expected, JobStore store)
{
    private const int SleepMs = 20;
    private readonly Random _random = new(seed);

    public int Kills { get; private set; }

    public int Rounds { get; private set; }

    /// <summary>Gets the kills after which an epoch was claimed and not yet visible in all sinks.</summary>
    public int KillsBetweenClaimAndVisibility { get; private set; }

    /// <summary>Gets the kills before the first point of the protocol.</summary>
    public int KillsDuringStart { get; private set; }

    /// <summary>Gets the kills per last point passed.</summary>
    public SortedDictionary<string, int> KillsByPoint { get; } = new(StringComparer.Ordinal);

    /// <summary>Kills until <paramref name="count"/> is reached, then lets the last round end.</summary>
    public void Run(int count)
    {
        while (Kills < count)
        {
            using var job = new TwoSinkJob();
            Round(job, count);
            Rounds++;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"seed {seed}: {Kills} kills in {Rounds} rounds, {KillsDuringStart} before the first checkpoint, "
        + $"{KillsBetweenClaimAndVisibility} between claim and visibility; last point: {string.Join(", ", KillsByPoint)}";

    private void Round(TwoSinkJob job, int count)
    {
        var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
        int killsAtStart = Kills;
        bool isDone = false;
        bool isRescaled = _random.Next(2) == 0;
        while (!isDone)
        {
            log.Clear();
            string parallelism = isRescaled ? $"{_random.Next(1, 4)}" : "1";
            using var process = new ServerProcess(
                job.Folder, store.Arguments(job, "--quiet", "--parallelism", parallelism), store.With(log.Environment(SleepMs)));
            if (Kills < count && KillSometime(process, log))
            {
                Note(log);
            }
            else
            {
                isDone = process.Wait() == 0;
                Check(isDone, $"run failed: {process.Output}");
            }

            foreach (string sink in TwoSinkJob.Sinks)
            {
                string? difference = TwoSinkJob.Difference(expected[sink], job.Rows(sink), mayLack: !isDone);
                Check(difference is null, $"round {Rounds}, kill {Kills - killsAtStart}, {sink}: {difference}");
            }
        }
    }

    private bool KillSometime(ServerProcess process, ProtocolLog log)
    {
        if (_random.Next(3) == 0)
        {
            long end = Environment.TickCount64 + _random.Next(1, 1_500);
            process.WaitUntil(() => Environment.TickCount64 >= end);
        }
        else
        {
            // A checkpoint writes about 100 bytes of points.
            long length = _random.Next(1, 900);
            if (process.WaitUntil(() => log.Length >= length))
            {
                Thread.Sleep(_random.Next(30));
            }
        }

        if (process.HasExited)
        {
            return false;
        }

        process.Kill();
        return process.Wait() != 0;
    }

    private void Note(ProtocolLog log)
    {
        Kills++;
        string[] points = log.Points;
        string last = points.Length == 0 ? "start" : points[^1];
        KillsByPoint[last] = KillsByPoint.GetValueOrDefault(last) + 1;
        KillsDuringStart += points.Length == 0 ? 1 : 0;
        KillsBetweenClaimAndVisibility += log.IsBetweenClaimAndVisibility ? 1 : 0;
    }

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"{what}\nreplay: COLUMNSTREAM_SEED={seed} COLUMNSTREAM_KILLS={Kills + 1}; {this}");
        }
    }
}
