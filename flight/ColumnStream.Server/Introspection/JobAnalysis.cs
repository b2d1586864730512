using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Introspection;

/// <summary>Answers EXPLAIN ANALYZE JOB: what each operator of a job does, measured over half a second.</summary>
/// <remarks>
/// node, operator: as EXPLAIN shows them · tasks · rows_in, rows_out: since the start · in_per_s, out_per_s: now · busy: part of the time in the
/// operator itself, of all its tasks · back_pressure: part of the time in which its tasks had something to send and nobody downstream had
/// room · watermark: the smallest that left it, UTC · state_rows, state_bytes: as last counted.
/// An exchange over a transport (exchange.transport) has a line of its own that says what its channels moved; tasks counts them.
/// </remarks>
internal static class JobAnalysis
{
    private static readonly TimeSpan s_span = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets the columns.</summary>
    public static ValueList<string> Columns { get; } =
    [
        "node", "operator", "tasks", "rows_in", "rows_out", "in_per_s", "out_per_s", "busy", "back_pressure", "watermark",
        "state_rows", "state_bytes",
    ];

    /// <summary>Measures a job; one that has ended is shown as it ended.</summary>
    /// <exception cref="UserException">There is no such job.</exception>
    public static async Task<StatementAnswer> MeasureAsync(
        JobDirectory jobs, PlannedJobAnalysis analysis, CancellationToken cancellation)
    {
        JobEntry entry = jobs.Jobs().LastOrDefault(job => job.Job.JobId == analysis.JobId)
            ?? throw new UserException(3140, $"No job has the name '{analysis.JobId}'. SHOW JOBS lists them.");
        JobMetrics before = entry.Metrics;
        long from = TimeProvider.System.GetTimestamp();
        if (!entry.Job.HasEnded)
        {
            await Task.WhenAny(entry.Job.Completion, Task.Delay(s_span, TimeProvider.System, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        JobMetrics after = entry.Metrics;
        double seconds = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
        return new StatementAnswer(analysis.Summary)
        {
            Columns = Columns,
            Rows = ValueList.From(after.Nodes
                .Select(node => (node.NodeId, Row: Row(
                    before.Nodes.FirstOrDefault(former => former.NodeId == node.NodeId) ?? node, node, seconds)))
                .Concat(after.Exchanges.Select(exchange => (exchange.NodeId, Row: Row(
                    before.Exchanges.FirstOrDefault(
                        former => former.NodeId == exchange.NodeId && former.Endpoint == exchange.Endpoint) ?? exchange,
                    exchange, seconds))))
                .OrderBy(static line => line.NodeId).Select(static line => line.Row)),
        };
    }

    private static ValueList<string> Row(NodeMetrics before, NodeMetrics after, double seconds)
    {
        double span = Math.Max(seconds, 1e-3);
        double tasks = Math.Max(1, after.Tasks);
        return
        [
            Text(after.NodeId), after.Name, Text(after.Tasks), Text(after.RowsIn), Text(after.RowsOut),
            Rate(after.RowsIn - before.RowsIn, span), Rate(after.RowsOut - before.RowsOut, span),
            Part((after.BusyNs - before.BusyNs) / 1e9 / span / tasks), Part((after.HeldNs - before.HeldNs) / 1e9 / span / tasks),
            Watermark(after.WatermarkMs), Text(after.StateRows), Text(after.StateBytes),
        ];
    }

    private static ValueList<string> Row(ExchangeMetrics before, ExchangeMetrics after, double seconds)
    {
        string moved = string.Create(
            CultureInfo.InvariantCulture,
            $"{after.Name} from {after.Endpoint}: {after.Frames} frames, {after.Bytes} bytes, "
            + $"{Rate(after.Bytes - before.Bytes, Math.Max(seconds, 1e-3))} bytes/s, {after.CreditWaits} waits for credit");
        return [Text(after.NodeId), moved, Text(after.Channels), .. Enumerable.Repeat(string.Empty, Columns.Count - 3)];
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Rate(long rows, double seconds) =>
        Math.Max(0, rows / seconds).ToString("0", CultureInfo.InvariantCulture);

    private static string Part(double part) =>
        (Math.Clamp(part, 0, 1) * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    private static string Watermark(long milliseconds) => milliseconds switch
    {
        long.MaxValue => "end",
        > -62_000_000_000_000 and < 250_000_000_000_000 => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => string.Empty,
    };
}
