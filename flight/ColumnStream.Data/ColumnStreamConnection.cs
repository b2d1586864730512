using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Metadata;
using ColumnStream.Data.Pooling;
using ColumnStream.Data.Telemetry;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Client;

namespace ColumnStream.Data;

/// <summary>Is a session at a server. Several readers may be open at once, each with its own command.</summary>
/// <remarks>
/// Not thread-safe as an object, but commands of one connection may run at the same time. There are no transactions: each statement
/// takes effect by itself.
/// </remarks>
public sealed class ColumnStreamConnection : DbConnection
{
    private static readonly ConcurrentDictionary<string, ColumnStreamDataSource> Sources = new(StringComparer.Ordinal);

    private readonly bool _isBound;
    private ColumnStreamDataSource? _source;
    private string _connectionString = string.Empty;
    private string _database = string.Empty;
    private PooledSession? _session;
    private ConnectionState _state = ConnectionState.Closed;

    /// <summary>Makes a connection, closed and without a string.</summary>
    public ColumnStreamConnection()
    {
    }

    /// <summary>Makes a closed connection; those of equal strings share a pool.</summary>
    public ColumnStreamConnection(string? connectionString) => ConnectionString = connectionString;

    internal ColumnStreamConnection(ColumnStreamDataSource source)
    {
        _isBound = true;
        _source = source;
        _connectionString = source.ConnectionString;
        _database = source.Settings.Database;
    }

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString
    {
        get => _connectionString;
        set
        {
            if (_isBound || _state != ConnectionState.Closed)
            {
                throw new InvalidOperationException(
                    "Connection string cannot be changed: the connection is open or belongs to a data source.");
            }

            var settings = new ColumnStreamConnectionStringBuilder(value);
            _connectionString = value ?? string.Empty;
            _database = settings.Database;
            _source = null;
        }
    }

    /// <summary>Gets the seconds that commands may take, unless they say otherwise.</summary>
    public int CommandTimeout => new ColumnStreamConnectionStringBuilder(_connectionString).CommandTimeout;

    /// <inheritdoc/>
    public override int ConnectionTimeout => new ColumnStreamConnectionStringBuilder(_connectionString).Timeout;

    /// <inheritdoc/>
    public override string Database => _database;

    /// <inheritdoc/>
    public override string DataSource
    {
        get
        {
            var settings = new ColumnStreamConnectionStringBuilder(_connectionString);
            return settings.Host.StartsWith('/') ? settings.Host : $"{settings.Host}:{settings.Port}";
        }
    }

    /// <summary>Gets the version of the server.</summary>
    public override string ServerVersion =>
        MetadataTables.ServerVersionAsync(this, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override ConnectionState State => _state;

    /// <inheritdoc/>
    public override bool CanCreateBatch => true;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => ColumnStreamFactory.Instance;

    internal ColumnStreamDataSource Source => _source ?? throw new InvalidOperationException("Connection was never opened.");

    internal FlightSqlClient Client => Source.Pool.Client;

    /// <summary>Closes the sessions that wait in the pools of all connection strings.</summary>
    public static void ClearAllPools()
    {
        foreach (ColumnStreamDataSource source in Sources.Values)
        {
            source.Clear();
        }
    }

    /// <inheritdoc/>
    public override void Open() => OpenAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="ColumnStreamException">The server refuses or cannot be reached.</exception>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_state != ConnectionState.Closed)
        {
            throw new InvalidOperationException("Connection is open.");
        }

        _source ??= Sources.GetOrAdd(_connectionString, text => new ColumnStreamDataSource(text));
        _session = await _source.Pool.RentAsync(cancellationToken).ConfigureAwait(false);
        Change(ConnectionState.Open);
    }

    /// <inheritdoc/>
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_session is not { } session)
        {
            return;
        }

        _session = null;
        Change(ConnectionState.Closed);
        await Source.Pool.ReturnAsync(session).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) => ChangeDatabaseAsync(databaseName).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        var wanted = new Dictionary<string, object?> { [SqlSessionOptions.Schema] = databaseName };
        await SetOptionsAsync(wanted, cancellationToken).ConfigureAwait(false);
        _database = databaseName;
    }

    /// <summary>
    /// Sets options of the session, by the names that SET knows and those of Flight (<see cref="SqlSessionOptions"/>); null takes one
    /// back to its default. The session is ended when the connection closes, so that nobody else gets it.
    /// </summary>
    /// <exception cref="ColumnStreamException">The server knows no such option or value: the message names it.</exception>
    public async Task SetOptionsAsync(IReadOnlyDictionary<string, object?> options, CancellationToken cancellationToken = default)
    {
        PooledSession session = Session();
        session.IsDirty = true;
        try
        {
            await Client.SetOptionsAsync(options, session.Options(cancellationToken)).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw Failed(e);
        }
    }

    /// <inheritdoc cref="DbConnection.CreateCommand"/>
    public new ColumnStreamCommand CreateCommand() => new() { Connection = this };

    /// <summary>Makes a command of a text.</summary>
    public ColumnStreamCommand CreateCommand(string commandText) => new(commandText, this);

    /// <inheritdoc cref="DbConnection.CreateBatch"/>
    public new ColumnStreamBatch CreateBatch() => new() { Connection = this };

    /// <summary>
    /// Loads batches into a table and gives the number of rows; each batch is borrowed until the next is asked for.
    /// </summary>
    /// <param name="target">The table, and what to do where it exists or does not.</param>
    /// <param name="schema">The columns of the batches.</param>
    /// <param name="rows">The batches.</param>
    /// <param name="cancellationToken">Breaks the load off.</param>
    public async Task<long> IngestAsync(
        SqlIngest target, Schema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        Session();
        using Operation operation = Operation.Begin(this, "INGEST", null);
        try
        {
            long count = await Client.IngestAsync(target, schema, rows, Session().Options(cancellationToken)).ConfigureAwait(false);
            Metrics.RowsWritten.Add(count, Source.Pool.Tags);
            return count;
        }
        catch (GrpcException e)
        {
            ColumnStreamException failure = Failed(e);
            operation.Fail(failure);
            throw failure;
        }
        catch (Exception e) when (operation.Fail(e))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public override DataTable GetSchema() => GetSchema(DbMetaDataCollectionNames.MetaDataCollections);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) => GetSchema(collectionName, []);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        GetSchemaAsync(collectionName, restrictionValues).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        GetSchemaAsync(DbMetaDataCollectionNames.MetaDataCollections, cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        GetSchemaAsync(collectionName, [], cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(
        string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        SchemaCollections.GetAsync(this, collectionName, restrictionValues, cancellationToken);

    /// <summary>Gives the session of an open connection.</summary>
    internal PooledSession Session() => _session ?? throw new InvalidOperationException("Connection is not open.");

    /// <summary>Makes the error of a call; a session that the server does not know any more is not given to anybody else.</summary>
    internal ColumnStreamException Failed(GrpcException error)
    {
        if (_session is { } session && error.Status.Code is (GrpcStatusCode.Unauthenticated or GrpcStatusCode.Unavailable))
        {
            session.IsLost = true;
        }

        return new ColumnStreamException(error);
    }

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => CreateBatch();

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: the server has no transactions.</exception>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException(
        "The server has no transactions: each statement takes effect by itself.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private void Change(ConnectionState state)
    {
        ConnectionState before = _state;
        _state = state;
        OnStateChange(new StateChangeEventArgs(before, state));
    }
}
