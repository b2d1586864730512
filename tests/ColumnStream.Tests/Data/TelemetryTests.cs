using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using ColumnStream.Data.Execution;
using ColumnStream.Flight.Sql.Backend;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: who listens with OpenTelemetry's names sees operations, errors, pools and rows, and one trace from the caller into the server.
/// Method: listeners of the runtime itself; what other tests do at the same time is told apart by the port of the server.
/// </summary>
public sealed class TelemetryTests
{
    private static readonly Field[] s_fields = [new("id", DataType.Int32), new("name", DataType.Utf8)];

    [Fact]
    public async Task Operations_rows_and_bytes_are_measured_by_server_and_error()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"], [2, null], [3, "c"]);
        using var heard = new Instruments(PortOf(server), string.Empty);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using (ColumnStreamDataReader reader = await connection.CreateCommand("SELECT * FROM t").ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
        }

        await Assert.ThrowsAsync<ColumnStreamException>(() => connection.CreateCommand("nonsense").ExecuteNonQueryAsync());
        Assert.Equal(3, await connection.IngestAsync(
            new SqlIngest("copy") { CreateIfMissing = true, IfExists = SqlIngestMode.Append }, new Schema(s_fields),
            connection.CreateCommand("SELECT * FROM t").ExecuteBatchesAsync()));
        Assert.Equal(
            [":CST1001", "INGEST:", "SELECT:", "SELECT:"],
            heard.Of("db.client.operation.duration").Select(m => $"{m.Tag("db.operation.name")}:{m.Tag("error.type")}")
                .Order(StringComparer.Ordinal));
        Assert.All(heard.Of("db.client.operation.duration"), m =>
        {
            Assert.Equal(("columnstream", "localhost"), (m.Tag("db.system.name"), m.Tag("server.address")));
            Assert.True(m.Value >= 0);
        });
        Assert.Equal(6, heard.Of("columnstream.client.rows_read").Sum(m => m.Value));
        Assert.Equal(3, heard.Of("columnstream.client.rows_written").Sum(m => m.Value));
        Assert.True(heard.Of("columnstream.client.bytes_read").Sum(m => m.Value) >= 2 * 3 * sizeof(int));
    }

    [Theory]
    [InlineData(" /* x */ select 1", "SELECT")]
    [InlineData("-- y\nInsert INTO t", "INSERT")]
    [InlineData("SELEC 1", null)]
    [InlineData("", null)]
    public void Names_of_operations_are_few(string sql, string? expected) => Assert.Equal(expected, SqlText.OperationOf(sql));

    [Fact]
    public async Task A_pool_shows_who_uses_it_and_who_did_not_get_in()
    {
        await using DriverServer server = await DriverServer.StartAsync(";Max Pool Size=1;Timeout=5;Application Name=shop");
        string pool = $"shop@localhost:{PortOf(server)}";
        using var heard = new Instruments(string.Empty, pool);
        await using (ColumnStreamConnection connection = await server.Source.OpenConnectionAsync())
        {
            Assert.Equal((0, 1, 1), (heard.Look("idle"), heard.Look("used"), heard.Look("max")));
            ColumnStreamException late = await Assert.ThrowsAsync<ColumnStreamException>(
                () => server.Source.OpenConnectionAsync().AsTask());
            Assert.Equal("53300", late.SqlState);
        }

        Assert.Equal((1, 0, 0), (heard.Look("idle"), heard.Look("used"), heard.Look("pending_requests")));
        await (await server.Source.OpenConnectionAsync()).DisposeAsync();
        Assert.Equal(
            (1, 1, 2, 2), (heard.Count("timeouts"), heard.Count("create_time"), heard.Count("wait_time"), heard.Count("use_time")));
    }

    [Fact]
    public async Task A_trace_goes_through_the_headers_into_the_server()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        server.Table("t", s_fields, [1, "a"]);
        ConcurrentQueue<Activity> ended = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "ColumnStream.Flight" or ColumnStreamDiagnostics.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.TraceStateString = "vendor=1";
        caller.SetBaggage("user", "ä\n"); // whatever it holds, the query runs
        Assert.Equal(1, await connection.CreateCommand("SELECT * FROM t").ExecuteScalarAsync());
        await Assert.ThrowsAsync<ColumnStreamException>(() => connection.CreateCommand("nonsense").ExecuteScalarAsync());
        caller.Stop();
        await UntilAsync(() => Mine().Count(a => a.Kind == ActivityKind.Server) >= 3);
        Activity[] mine = Mine();
        Activity select = mine.Single(a => a.OperationName == "SELECT");
        Assert.Equal(caller.SpanId, select.ParentSpanId);
        Assert.Equal("SELECT * FROM t", select.GetTagItem("db.query.text"));
        Assert.Equal(
            ["arrow.flight.protocol.FlightService/DoGet", "arrow.flight.protocol.FlightService/GetFlightInfo"],
            mine.Where(a => a.Kind == ActivityKind.Server && a.ParentSpanId == select.SpanId).Select(a => a.OperationName).Order());
        Activity failed = mine.Single(a => a.Kind == ActivityKind.Client && a.Status == ActivityStatusCode.Error);
        Activity answered = mine.Single(a => a.Kind == ActivityKind.Server && a.ParentSpanId == failed.SpanId);
        Assert.Equal((ActivityStatusCode.Error, 3), (answered.Status, answered.GetTagItem("rpc.grpc.status_code")));
        Assert.All(mine.Where(a => a.Kind == ActivityKind.Server), a => Assert.Equal("vendor=1", a.TraceStateString));

        Activity[] Mine() => [.. ended.Where(a => a.TraceId == caller.TraceId)];
    }

    private static string PortOf(DriverServer server) => server.Server.Flight.Port.ToString(CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<bool> holds)
    {
        long from = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from).TotalSeconds < 60, "it does not come");
            await Task.Delay(5);
        }
    }

    /// <summary>Listens to the driver's instruments, and keeps what one server or pool has to do with.</summary>
    private sealed class Instruments : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<Measured> _measured = [];
        private readonly string _port;
        private readonly string _pool;

        public Instruments(string port, string pool)
        {
            _port = port;
            _pool = pool;
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == ColumnStreamDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Keep(i, v, tags));
            _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Keep(i, v, tags));
            _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Keep(i, v, tags));
            _listener.Start();
        }

        public IEnumerable<Measured> Of(string name) => _measured.Where(m => m.Name == name);

        /// <summary>Looks at a figure of the pool: of connections in a state, or by the end of an instrument's name.</summary>
        public int Look(string figure)
        {
            _listener.RecordObservableInstruments();
            return (int)_measured.Last(
                m => (m.Tag("db.client.connection.state") ?? m.Name["db.client.connection.".Length..]).Equals(figure)).Value;
        }

        /// <summary>Counts what an instrument of connections has measured.</summary>
        public int Count(string instrument) => Of("db.client.connection." + instrument).Count();

        public void Dispose() => _listener.Dispose();

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var measured = new Measured(instrument.Name, value, new Dictionary<string, object?>(tags.ToArray()));
            bool isMine = _pool.Length > 0
                ? _pool.Equals(measured.Tag("db.client.connection.pool.name"))
                : string.Create(CultureInfo.InvariantCulture, $"{measured.Tag("server.port")}") == _port;
            if (isMine)
            {
                _measured.Enqueue(measured);
            }
        }
    }

    private sealed record Measured(string Name, double Value, Dictionary<string, object?> Tags)
    {
        public object? Tag(string name) => Tags.GetValueOrDefault(name);
    }
}
