using System;
using System.Data.Common;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Data.Metadata;
using ColumnStream.Data.Pooling;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data;

/// <summary>
/// Gives connections to one server, which share network connections, an account of memory and a pool of sessions.
/// </summary>
/// <remarks>Thread-safe. Make one for each server and keep it; disposing it closes what its connections use.</remarks>
public sealed class ColumnStreamDataSource : DbDataSource
{
    private readonly ColumnStreamConnectionStringBuilder _settings;
    private readonly BufferAllocator _allocator;
    private readonly FlightClient _flight;
    private readonly SessionPool _pool;

    /// <summary>Makes a source of a connection string.</summary>
    /// <exception cref="ArgumentException">The string has an unknown key or a wrong value.</exception>
    public ColumnStreamDataSource(string connectionString)
        : this(new ColumnStreamConnectionStringBuilder(connectionString), TimeProvider.System)
    {
    }

    /// <summary>Makes a source with a clock of the caller's.</summary>
    public ColumnStreamDataSource(ColumnStreamConnectionStringBuilder settings, TimeProvider time)
    {
        _settings = new ColumnStreamConnectionStringBuilder(settings.ConnectionString);
        _allocator = new BufferAllocator(
            "driver", BufferPools.FromEnvironment(), Math.Max(_settings.MemoryLimit, 1) * 1024L * 1024L);
        _flight = new FlightClient(new FlightClientOptions { Channel = ChannelOf(_settings, time), Allocator = _allocator });
        _pool = new SessionPool(_flight, _settings, time);
        Time = time;
        Metrics.Show(_pool);
    }

    /// <summary>Gets the connection string without password and token.</summary>
    public override string ConnectionString => _settings.WithoutSecrets();

    /// <summary>Gets the bytes of results that are in memory now.</summary>
    public long UsedBytes => _allocator.UsedBytes;

    /// <summary>Gets the sessions that wait in the pool.</summary>
    public int IdleSessions => _pool.Idle;

    internal ColumnStreamConnectionStringBuilder Settings => _settings;

    internal BufferAllocator Allocator => _allocator;

    internal SessionPool Pool => _pool;

    internal TimeProvider Time { get; }

    /// <inheritdoc cref="DbDataSource.CreateConnection"/>
    public new ColumnStreamConnection CreateConnection() => new(this);

    /// <inheritdoc cref="DbDataSource.OpenConnection"/>
    public new ColumnStreamConnection OpenConnection() => (ColumnStreamConnection)base.OpenConnection();

    /// <inheritdoc cref="DbDataSource.OpenConnectionAsync"/>
    public new async ValueTask<ColumnStreamConnection> OpenConnectionAsync(CancellationToken cancellationToken = default) =>
        (ColumnStreamConnection)await base.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Asks the server for its version, over a connection out of the pool; it runs no statement.</summary>
    /// <exception cref="ColumnStreamException">The server cannot be reached, refuses, or gives no answer within the timeout.</exception>
    public async Task<string> PingAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await VersionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ColumnStreamException e) when (e.StatusCode == GrpcStatusCode.Unauthenticated)
        {
            // The session waited in the pool while the server was started again; a new one is known to it.
            return await VersionAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the sessions that wait in the pool.</summary>
    public void Clear() => _pool.Clear();

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => CreateConnection();

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new ColumnStreamBatch(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Metrics.Hide(_pool);
            _pool.Clear();
            _flight.Dispose();
            _allocator.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _pool.ClearAsync().ConfigureAwait(false);
        Dispose(disposing: true);
    }

    private async Task<string> VersionAsync(CancellationToken cancellation)
    {
        await using ColumnStreamConnection connection = await OpenConnectionAsync(cancellation).ConfigureAwait(false);
        using var late = new CancellationTokenSource(
            _settings.Timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(_settings.Timeout), Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await MetadataTables.ServerVersionAsync(connection, ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ColumnStreamException(
                $"Server {_settings.Host}:{_settings.Port} did not answer within {_settings.Timeout} s (Timeout in the "
                + "connection string).", "08001", isTransient: true, new TimeoutException(null, e));
        }
    }

    private static GrpcChannelOptions ChannelOf(ColumnStreamConnectionStringBuilder settings, TimeProvider time)
    {
        bool isSocket = settings.Host.StartsWith('/');
        X509Certificate2Collection? roots = null;
        if (settings.RootCertificate.Length > 0)
        {
            roots = [];
            roots.ImportFromPemFile(settings.RootCertificate);
        }

        return new GrpcChannelOptions
        {
            Host = isSocket ? "localhost" : settings.Host,
            Port = settings.Port,
            UnixSocket = isSocket ? settings.Host : null,
            IsEncrypted = settings.Tls,
            Roots = roots,
            AcceptsAnyCertificate = settings.TrustServerCertificate,
            ClientCertificate = settings.ClientCertificate.Length == 0 ? null : X509Certificate2.CreateFromPemFile(
                settings.ClientCertificate, settings.ClientKey.Length == 0 ? null : settings.ClientKey),
            ConnectTimeout = settings.Timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(settings.Timeout),
            UsesDirectHttp2 = true,
            Time = time,
        };
    }
}
