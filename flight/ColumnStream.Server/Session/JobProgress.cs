using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Server.Session;

/// <summary>Shows live rates of a job on a terminal, and one line at its end.</summary>
internal sealed class JobProgress(PlannedJob job, bool isQuiet, bool printsRows) : IDisposable
{
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private long _lastRows;
    private long _lastAt = TimeProvider.System.GetTimestamp();
    private bool _drawn;

    // Rows that a job prints on the same terminal would stand behind the rates.
    private bool IsLive => !isQuiet && job.Query is null && !Console.IsErrorRedirected
        && !(printsRows && !Console.IsOutputRedirected);

    /// <summary>Prints a warning, each text once.</summary>
    public void Warn(string text)
    {
        lock (_warned)
        {
            if (!isQuiet && _warned.Add(text))
            {
                Erase();
                Console.Error.WriteLine($"warning: {text}");
            }
        }
    }

    /// <summary>Draws the rates anew.</summary>
    public void Refresh(RunningJob running)
    {
        if (!IsLive)
        {
            return;
        }

        JobMetrics metrics = running.Metrics();
        (long read, long written, long late) = Totals(metrics);
        double seconds = _time.GetElapsedTime(_lastAt).TotalSeconds;
        double rate = seconds > 0 ? (read - _lastRows) / seconds : 0;
        _lastRows = read;
        _lastAt = _time.GetTimestamp();
        var line = new StringBuilder(FormattableString.Invariant(
            $"{job.Summary}: {read:N0} rows in, {rate:N0}/s, {written:N0} out"));
        long watermark = Watermark(metrics);
        if (watermark is > -62_000_000_000_000 and < 250_000_000_000_000)
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(watermark);
            line.Append(CultureInfo.InvariantCulture, $", watermark {time:yyyy-MM-dd HH:mm:ss}");
        }

        line.Append(running.Status == JobStatus.Restarting ? ", RESTARTING" : string.Empty);
        line.Append(running.Restarts > 0 ? FormattableString.Invariant($", restarts {running.Restarts}") : string.Empty);
        line.Append(late > 0 ? FormattableString.Invariant($", {late:N0} late") : string.Empty);
        if (metrics.Checkpoints.Completed > 0)
        {
            CheckpointMetrics last = metrics.Checkpoints;
            line.Append(CultureInfo.InvariantCulture, $", checkpoint {last.LastEpoch} in {last.LastDurationMs:N0} ms");
        }

        int width = Math.Max(20, Console.WindowWidth - 1);
        string text = line.Length > width ? line.ToString(0, width) : line.ToString();
        Console.Error.Write($"\r\u001b[K{text}");
        _drawn = true;
    }

    /// <summary>Takes the rates from the terminal.</summary>
    public void Erase()
    {
        if (_drawn)
        {
            Console.Error.Write("\r\u001b[K");
            _drawn = false;
        }
    }

    /// <summary>Prints what the job did.</summary>
    public void Summarize(RunningJob running)
    {
        if (isQuiet)
        {
            return;
        }

        if (running.Status == JobStatus.AlreadyFinished)
        {
            Console.Error.WriteLine($"{running.JobId}: an earlier run finished it; nothing to do (--restore none runs it anew).");
            return;
        }

        (long read, long written, long late) = Totals(running.Metrics());
        string restored = running.RestoredEpoch > 0 ? $", restored from checkpoint {running.RestoredEpoch}" : string.Empty;
        string ended = (running.Restarts > 0 ? FormattableString.Invariant($", restarted {running.Restarts} times") : string.Empty)
            + (running.Status == JobStatus.Cancelled ? ", stopped" : string.Empty);
        double seconds = _time.GetElapsedTime(_started).TotalSeconds;
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{job.Summary}: {read:N0} rows in, {written:N0} out, {seconds:N2} s{restored}{ended}"));
        if (late > 0)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{job.Summary}: {late:N0} late rows were left out: their windows had closed before they came."));
        }

        long wrong = 0;
        foreach (NodeMetrics node in running.Metrics().Nodes)
        {
            wrong += node.Counters.GetValueOrDefault("parseErrors");
        }

        if (wrong > 0)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{job.Summary}: {wrong:N0} records could not be read and were left out, as 'scan.parse-errors' says."));
        }
    }

    public void Dispose() => Erase();

    private static long Watermark(JobMetrics metrics)
    {
        long smallest = long.MaxValue;
        foreach (NodeMetrics node in metrics.Nodes)
        {
            smallest = node.WatermarkMs == long.MinValue ? smallest : Math.Min(smallest, node.WatermarkMs);
        }

        return smallest;
    }

    private (long Read, long Written, long Late) Totals(JobMetrics metrics)
    {
        long read = 0;
        long written = 0;
        long late = 0;
        foreach (NodeMetrics node in metrics.Nodes)
        {
            PhysicalNode plan = job.Graph.Plan.Nodes[node.NodeId];
            read += plan is SourceNode ? node.RowsOut : 0;
            written += plan is SinkNode ? node.RowsIn : 0;
            late += node.Counters.GetValueOrDefault("lateRows");
        }

        return (read, written, late);
    }
}
