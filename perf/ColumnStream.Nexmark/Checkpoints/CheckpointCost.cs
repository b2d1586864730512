using System;
using System.IO;
using System.Linq;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Compares a job with checkpoints and ledger, one without ledger, and one with neither, in turns inside one process.</summary>
/// <remarks>
/// <code>
/// per row         plain | bare | whole | plain | …    80 polls each: median CPU of one of 4,096 rows, far from barriers; ratios of neighbours
/// per checkpoint  plain: move .. move .. move | bare: barrier .. barrier .. barrier | whole …
///                 worker: CPU of the 96 polls behind a barrier, each against others of the same slice (medians), less the same where
///                 keys only move (cold caches): first touches, the barrier, and slices of frozen rows;
///                 files:  CPU of the threads for files from barrier to barrier: Arrow, ZSTD, hash, write, fsync, manifest, claim, clean-up
/// </code>
/// All three are loaded and stand still but for the one whose turn it is. CPU is the scheduler's account of each job's own threads. Medians,
/// with the interval in which the median lies nine times in ten, whatever the distribution.
/// </remarks>
internal sealed class CheckpointCost : IDisposable
{
    /// <summary>The folder of the job with all of it.</summary>
    public const string Whole = "whole";

    private const int ShortPolls = 80;
    private const int ColdPolls = 30;
    private readonly TimeSpan _interval;
    private readonly CheckpointSide[] _sides;

    public CheckpointCost(int megabytes, string folder, TimeSpan interval)
    {
        _interval = interval;
        _sides =
        [
            new CheckpointSide("plain", null, megabytes, interval, hasLedger: false),
            new CheckpointSide("bare", Path.Combine(folder, "bare"), megabytes, interval, hasLedger: false),
            new CheckpointSide(Whole, Path.Combine(folder, Whole), megabytes, interval, hasLedger: true),
        ];
    }

    public void Run(int rounds)
    {
        foreach (CheckpointSide side in _sides)
        {
            side.Traffic.Loaded.Wait();
        }

        foreach (CheckpointSide side in _sides)
        {
            side.WaitForQuiet();
            if (side.HasCheckpoints)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{side.Name}: loaded; {side.ChainBytes:N0} bytes of snapshots, ")
                    + FormattableString.Invariant($"{side.NsPerByte:F1} ns of the threads for files a byte"));
            }

            side.RunIntervals(_interval, isNoted: false);
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < _sides.Length; i++)
            {
                _sides[(i + round) % _sides.Length].RunIntervals(_interval, isNoted: true);
            }

            for (int i = 0; i < 12 * _sides.Length; i++)
            {
                _sides[i % _sides.Length].RunShortly(ShortPolls, ColdPolls);
            }
        }

        Print();
        foreach (CheckpointSide side in _sides)
        {
            side.Stop();
        }
    }

    public void Dispose()
    {
        foreach (CheckpointSide side in _sides)
        {
            side.Dispose();
        }
    }

    private void Print()
    {
        (CheckpointSide plain, CheckpointSide bare, CheckpointSide whole) = (_sides[0], _sides[1], _sides[2]);
        Console.WriteLine(FormattableString.Invariant(
            $"State {whole.StateBytes / 1e6:F0} MB, {whole.Traffic.Keys:N0} keys, {whole.Traffic.HotKeys:N0} of them change ")
            + FormattableString.Invariant($"between checkpoints every {_interval.TotalSeconds:0.###} s."));
        Console.WriteLine("| worker, CPU | ns an event | against the one before | its median lies in |");
        Console.WriteLine("|---|---|---|---|");
        CheckpointSide? before = null;
        foreach (CheckpointSide side in _sides)
        {
            double[] ratios = before is null ? [] : [.. side.PollMs.Zip(before.PollMs, static (a, b) => (a / b) - 1)];
            (double low, double high) = Quantiles.MedianBounds(ratios);
            Console.WriteLine(FormattableString.Invariant($"| {side.Name} | {Quantiles.At(side.PollMs, 0.5) * 1e6 / 4096:F1} | ")
                + (before is null ? "| |" : FormattableString.Invariant(
                    $"{Quantiles.At(ratios, 0.5):P1} | {low:P1} .. {high:P1}, {ratios.Length} pairs |")));
            before = side;
        }

        Console.WriteLine();
        Console.WriteLine("| a checkpoint | worker: touch, barrier, gathering (thirds) | threads for files "
            + "| both | of 1 s | of 3 s | of 10 s | bytes | to commit |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (CheckpointSide side in new[] { bare, whole })
        {
            double poll = Quantiles.At(side.PollMs, 0.5);
            double worker = (side.ExcessPolls() - plain.ExcessPolls()) * poll;
            double[] thirds =
                [.. Enumerable.Range(0, 3).Select(n => (side.ExcessPolls(n, 3) - plain.ExcessPolls(n, 3)) * poll)];
            (double least, double most) = Quantiles.MedianBounds(side.FilesMs);
            double both = worker + Quantiles.At(side.FilesMs, 0.5);
            Console.WriteLine(FormattableString.Invariant(
                $"| {side.Name} | {worker:F1} ms ({thirds[0]:F1}, {thirds[1]:F1}, {thirds[2]:F1}) of {side.Barriers.Count} ")
                + FormattableString.Invariant(
                $"| {Quantiles.At(side.FilesMs, 0.5):F1} ms [{least:F1}, {most:F1}] of {side.FilesMs.Count} ")
                + FormattableString.Invariant($"| {both:F1} ms | {both / 1e3:P2} | {both / 3e3:P2} | {both / 1e4:P2} ")
                + FormattableString.Invariant($"| {side.Bytes(isWhole: false):N0} | {side.CommitMs:F0} ms |"));
        }

        Console.WriteLine();
        foreach (CheckpointSide side in new[] { bare, whole })
        {
            Console.WriteLine(FormattableString.Invariant(
                $"{side.Name}: pause of the task at a barrier, CPU ms: p50 {Quantiles.At(side.BarrierMs, 0.5):F2}, ")
                + FormattableString.Invariant($"p99 {Quantiles.At(side.BarrierMs, 0.99):F2}, ")
                + FormattableString.Invariant($"most {Quantiles.At(side.BarrierMs, 1):F2} of {side.BarrierMs.Count}; ")
                + FormattableString.Invariant($"other polls {Quantiles.At(side.PollMs, 0.5):F2}"));
            foreach (double ms in side.WholeMs)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{side.Name}: two intervals with a whole snapshot of {side.Bytes(isWhole: true):N0} bytes: threads for files ")
                    + FormattableString.Invariant($"{2 * (ms - Quantiles.At(side.FilesMs, 0.5)):F0} ms of CPU more than others"));
            }
        }
    }
}
