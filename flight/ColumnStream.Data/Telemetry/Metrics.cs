using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Runtime.CompilerServices;
using ColumnStream.Data.Pooling;

namespace ColumnStream.Data.Telemetry;

/// <summary>Holds the driver's instruments, with OpenTelemetry's names of database clients; without a listener they cost nothing.</summary>
/// <remarks>Instruments are the process's, as OpenTelemetry wants them; pools that nobody uses any more are forgotten with them.</remarks>
internal static class Metrics
{
    private static readonly Meter s_meter = new(
        ColumnStreamDiagnostics.MeterName, typeof(Metrics).Assembly.GetName().Version?.ToString());

    private static readonly ConditionalWeakTable<SessionPool, object> s_pools = [];

    /// <summary>Gets the seconds until an operation gave its first rows, its count or its error.</summary>
    public static Histogram<double> OperationDuration { get; } = Seconds(
        "db.client.operation.duration", "Duration of database client operations.");

    /// <summary>Gets the seconds that making a session took.</summary>
    public static Histogram<double> ConnectionCreateTime { get; } = Seconds(
        "db.client.connection.create_time", "The time it took to create a new connection.");

    /// <summary>Gets the seconds that opening a connection took, out of the pool or not.</summary>
    public static Histogram<double> ConnectionWaitTime { get; } = Seconds(
        "db.client.connection.wait_time", "The time it took to obtain an open connection from the pool.");

    /// <summary>Gets the seconds between opening a connection and closing it.</summary>
    public static Histogram<double> ConnectionUseTime { get; } = Seconds(
        "db.client.connection.use_time", "The time between borrowing a connection and returning it to the pool.");

    /// <summary>Gets the connections that were not had in time.</summary>
    public static Counter<long> ConnectionTimeouts { get; } = s_meter.CreateCounter<long>(
        "db.client.connection.timeouts", "{timeout}",
        "The number of connection timeouts that have occurred trying to obtain a connection from the pool.");

    /// <summary>Gets the rows that came as results.</summary>
    public static Counter<long> RowsRead { get; } = s_meter.CreateCounter<long>(
        "columnstream.client.rows_read", "{row}", "The number of rows received as results.");

    /// <summary>Gets the bytes of Arrow's bodies that came as results, as they were sent.</summary>
    public static Counter<long> BytesRead { get; } = s_meter.CreateCounter<long>(
        "columnstream.client.bytes_read", "By", "The number of bytes of batches received as results.");

    /// <summary>Gets the rows that bulk loads wrote.</summary>
    public static Counter<long> RowsWritten { get; } = s_meter.CreateCounter<long>(
        "columnstream.client.rows_written", "{row}", "The number of rows written by bulk loads.");

    private static readonly ObservableUpDownCounter<int> s_count = s_meter.CreateObservableUpDownCounter(
        "db.client.connection.count",
        () => Observe("idle", static pool => pool.Idle).Concat(Observe("used", static pool => pool.Used)), "{connection}",
        "The number of connections that are currently in state described by the state attribute.");

    private static readonly ObservableUpDownCounter<int> s_most = s_meter.CreateObservableUpDownCounter(
        "db.client.connection.max", () => Observe(null, static pool => pool.Most), "{connection}",
        "The maximum number of open connections allowed.");

    private static readonly ObservableUpDownCounter<int> s_waiting = s_meter.CreateObservableUpDownCounter(
        "db.client.connection.pending_requests", () => Observe(null, static pool => pool.Waiting), "{request}",
        "The number of current pending requests for an open connection.");

    /// <summary>Shows a pool's connections from now on.</summary>
    public static void Show(SessionPool pool) => s_pools.TryAdd(pool, pool.Name);

    /// <summary>Shows a pool no more.</summary>
    public static void Hide(SessionPool pool) => s_pools.Remove(pool);

    private static Histogram<double> Seconds(string name, string description) => s_meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
        });

    /// <summary>Gives a figure for each name: pools of one name are one pool to whoever listens.</summary>
    private static IEnumerable<Measurement<int>> Observe(string? state, Func<SessionPool, int> figure) =>
        s_pools.Select(entry => entry.Key).GroupBy(pool => pool.Name, figure, StringComparer.Ordinal).Select(pools =>
        {
            var tags = new TagList { { "db.client.connection.pool.name", pools.Key } };
            if (state is not null)
            {
                tags.Add("db.client.connection.state", state);
            }

            return new Measurement<int>(pools.Sum(), tags);
        });
}
