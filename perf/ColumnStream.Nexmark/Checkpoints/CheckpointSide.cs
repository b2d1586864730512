using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Is one of the jobs that are compared, with its own threads.</summary>
internal sealed class CheckpointSide : IDisposable
{
    private readonly JobBench _bench;
    private readonly RunningJob _job;
    private readonly ThreadGroup _workers;
    private readonly ThreadGroup _files;
    private readonly Dictionary<long, CheckpointRecord> _records = [];

    /// <summary>Starts a job.</summary>
    /// <param name="name">What its threads are called.</param>
    /// <param name="folder">Holds its checkpoints; null takes none.</param>
    /// <param name="megabytes">Native bytes of its state, about, in millions.</param>
    /// <param name="interval">Time between its checkpoints.</param>
    /// <param name="hasLedger">Whether rows are counted and summed.</param>
    public CheckpointSide(string name, string? folder, int megabytes, TimeSpan interval, bool hasLedger)
    {
        Name = name;
        HasCheckpoints = folder is not null;
        Traffic = new KeyTraffic(megabytes);
        _bench = new JobBench(name, Traffic);
        _workers = new ThreadGroup(name + JobBench.WorkerMark);
        _files = new ThreadGroup(name + JobBench.FilesMark);
        _job = _bench.Start(folder, interval, RestoreMode.None, hasLedger);
    }

    public string Name { get; }

    public bool HasCheckpoints { get; }

    public KeyTraffic Traffic { get; }

    /// <summary>Gets what a byte of a snapshot costs the threads for files, in nanoseconds, from the start up to now.</summary>
    public double NsPerByte => _files.CpuNs / (double)_job.Metrics().History.Sum(static r => r.Bytes);

    /// <summary>Gets the bytes of the newest whole snapshot and of the changes since.</summary>
    public long ChainBytes => _job.Metrics().History.LastOrDefault(static r => r.StateBytes > 0)?.StateBytes ?? 0;

    /// <summary>Gets the median CPU milliseconds of a poll in each short slice.</summary>
    public List<double> PollMs { get; } = [];

    /// <summary>Gets, a checkpoint, the CPU of the polls that belong to it against others of the same time.</summary>
    public List<double[]> Barriers { get; } = [];

    /// <summary>Gets, a checkpoint, the CPU milliseconds of the worker from the poll before to the one behind the barrier.</summary>
    public List<double> BarrierMs { get; } = [];

    /// <summary>Gets the CPU milliseconds of the threads for files, an interval without a whole snapshot.</summary>
    public List<double> FilesMs { get; } = [];

    /// <summary>Gets the same of intervals with a whole snapshot.</summary>
    public List<double> WholeMs { get; } = [];

    public double StateBytes => _job.Metrics().Nodes.Sum(static n => n.StateBytes);

    public double CommitMs => Quantiles.At(Changes(false).Select(static r => (r.WriteMs + r.ClaimMs + r.CommitMs) ?? 0), 0.5);

    public double Bytes(bool isWhole) => Quantiles.At(Changes(isWhole).Select(static r => (double)r.Bytes), 0.5);

    /// <summary>Lets keys change for a number of polls, and notes what one took; the first find other jobs' rows in the caches.</summary>
    public void RunShortly(int polls, int skipped)
    {
        Traffic.Begin();
        while (Volatile.Read(ref Traffic.Seen) < polls)
        {
            Thread.Sleep(5);
        }

        Traffic.End();
        PollMs.Add(Quantiles.At(Traffic.Polls.Skip(skipped), 0.5));
    }

    /// <summary>
    /// Returns what the worker spends on a checkpoint beyond what it spends anyway, in polls: the median of each poll behind the
    /// barrier against others, summed up; of every n-th checkpoint.
    /// </summary>
    public double ExcessPolls(int first = 0, int step = 1)
    {
        double sum = 0;
        for (int poll = 0; poll < KeyTraffic.BarrierPolls; poll++)
        {
            sum += Quantiles.At(Barriers.Where((_, i) => i % step == first).Select(b => b[poll]), 0.5) - 1;
        }

        return sum;
    }

    /// <summary>Lets keys change from before a barrier until two later, and notes what the intervals between them took.</summary>
    public void RunIntervals(TimeSpan interval, bool isNoted)
    {
        const int Intervals = 2;
        Traffic.Begin();
        WaitForBarrier(interval);
        (long files, long epoch) = (_files.CpuNs, Epoch());
        for (int n = 0; n < Intervals; n++)
        {
            WaitForBarrier(interval);
        }

        double ms = (_files.CpuNs - files) / 1e6 / Intervals;
        long last = Epoch();
        Traffic.End();
        WaitForQuiet();
        if (isNoted)
        {
            (WholesBetween(epoch, last) > 0 ? WholeMs : FilesMs).Add(ms);
            double usual = Quantiles.At(Traffic.Polls, 0.5);
            BarrierMs.AddRange(Traffic.Barriers.Select(static b => b[0]));
            Barriers.AddRange(Traffic.Barriers.Select(b => Array.ConvertAll(b, ms => ms / usual)));
        }
    }

    /// <summary>Waits until what the job was told is in a checkpoint.</summary>
    public void WaitForQuiet()
    {
        long completed = _job.Metrics().Checkpoints.Completed;
        while (HasCheckpoints && _job.Metrics().Checkpoints.Completed < completed + 2 && !_job.HasEnded)
        {
            Thread.Sleep(20);
        }

        if (_job.HasEnded)
        {
            throw new InvalidOperationException("Job failed.", _job.Failure);
        }
    }

    public void Stop()
    {
        _job.Cancel();
        if (_job.Wait() != JobStatus.Cancelled)
        {
            throw new InvalidOperationException("Job failed.", _job.Failure);
        }
    }

    public void Dispose() => _bench.Dispose();

    private void WaitForBarrier(TimeSpan interval)
    {
        if (HasCheckpoints)
        {
            Traffic.WaitForBarrier();
            return;
        }

        Thread.Sleep(interval);
        Traffic.Move();
    }

    private long Epoch() => _job.Metrics().History is [.., var newest] ? newest.Epoch : 0;

    private int WholesBetween(long first, long last)
    {
        foreach (CheckpointRecord record in _job.Metrics().History)
        {
            _records[record.Epoch] = record;
        }

        return _records.Values.Count(r => r.Epoch >= first && r.Epoch <= last && IsWhole(r));
    }

    private bool IsWhole(CheckpointRecord record) => record.Bytes > Traffic.HotKeys * 1000;

    private IEnumerable<CheckpointRecord> Changes(bool isWhole) =>
        _records.Values.Where(r => r.Bytes > Traffic.HotKeys * 20 && IsWhole(r) == isWhole);
}
