using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Flight.Sql.Service;
using ColumnStream.Testing.Flight;

namespace ColumnStream.Testing.FlightSql;

/// <summary>Runs Flight SQL's service over a <see cref="MemorySqlBackend"/> on a free port, with a client to it.</summary>
public sealed class LoopbackFlightSql : IAsyncDisposable
{
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly FlightSqlService _service;

    private LoopbackFlightSql(FlightSqlOptions? options, TimeProvider? time)
    {
        Allocator = new BufferAllocator("backend", _pool);
        Backend = new MemorySqlBackend(Allocator);
        _service = new FlightSqlService(Backend, Allocator, options ?? new FlightSqlOptions(), time ?? TimeProvider.System);
    }

    /// <summary>Gets the backend.</summary>
    public MemorySqlBackend Backend { get; }

    /// <summary>Gets what pays for the backend's tables.</summary>
    public BufferAllocator Allocator { get; }

    /// <summary>Gets the connection underneath.</summary>
    public LoopbackFlight Flight { get; private set; } = null!;

    /// <summary>Gets a client that is logged in as <c>ann</c>.</summary>
    public FlightSqlClient Client { get; private set; } = null!;

    /// <summary>Gets a connection string of the driver for the server.</summary>
    public string ConnectionString => $"Host=localhost;Port={Flight.Port};Username=ann;Password={MemorySqlBackend.Password}";

    /// <summary>Starts all.</summary>
    public static async Task<LoopbackFlightSql> StartAsync(FlightSqlOptions? options = null, TimeProvider? time = null)
    {
        var loopback = new LoopbackFlightSql(options, time);
        loopback.Flight = await LoopbackFlight.StartAsync(loopback._service);
        loopback.Client = new FlightSqlClient(loopback.Flight.Client);
        await loopback.Flight.Client.LogInAsync("ann", MemorySqlBackend.Password);
        return loopback;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Flight.DisposeAsync();
        await _service.DisposeAsync();
        foreach ((_, List<RecordBatch> batches) in Backend.Tables.Values)
        {
            foreach (RecordBatch batch in batches)
            {
                batch.Release();
            }
        }

        Allocator.Dispose();
        _pool.Dispose();
    }
}
