using System;
using System.Collections.Generic;
using System.Data;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Bulk;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Data;

/// <summary>
/// Loads many rows into a table by one call: from a reader of any provider, from a <see cref="DataTable"/>, or from Arrow batches.
/// </summary>
/// <remarks>
/// Values are sent in the types of the table's columns. Without mappings a source's column goes into the column of its name,
/// compared without case; columns that the source does not have are null. The whole load is one job: its rows are safe when the call
/// comes back, and where it is broken off, those that a checkpoint has made visible stay. Not thread-safe.
/// </remarks>
public sealed class ColumnStreamBulkCopy(ColumnStreamConnection connection)
{
    private int _batchSize = 10_000;
    private long _rows;

    /// <summary>Is raised while rows are sent, every <see cref="NotifyAfter"/> rows, between two batches.</summary>
    public event EventHandler<ColumnStreamRowsCopiedEventArgs>? ColumnStreamRowsCopied;

    /// <summary>Gets or sets the table.</summary>
    public string DestinationTableName { get; set; } = string.Empty;

    /// <summary>Gets or sets the table's database, or null for the session's.</summary>
    public string? DestinationDatabase { get; set; }

    /// <summary>Gets or sets the table's catalog, or null for the session's.</summary>
    public string? DestinationCatalog { get; set; }

    /// <summary>Gets the columns that are loaded, and where they go; none of them loads all by their names.</summary>
    public IList<ColumnStreamColumnMapping> ColumnMappings { get; } = [];

    /// <summary>Gets or sets the rows that one message holds, where rows are made into batches.</summary>
    public int BatchSize
    {
        get => _batchSize;
        set => _batchSize = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Batch needs rows.");
    }

    /// <summary>Gets or sets the rows after which <see cref="ColumnStreamRowsCopied"/> is raised; 0 for never.</summary>
    public int NotifyAfter { get; set; }

    /// <summary>Gets or sets the seconds that the whole load may take; 0, the default, for no end.</summary>
    public int BulkCopyTimeout { get; set; }

    /// <summary>Gets or sets what happens where the table exists.</summary>
    public SqlIngestMode IfExists { get; set; } = SqlIngestMode.Append;

    /// <summary>Gets or sets whether a table that does not exist is made, of the source's columns and <see cref="Options"/>.</summary>
    public bool CreateIfMissing { get; set; }

    /// <summary>Gets the options of a table that is made, as in WITH: <c>connector</c> and what that needs.</summary>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets the rows that the last load has sent so far.</summary>
    public long RowsCopied => Volatile.Read(ref _rows);

    /// <summary>Loads the rows of a reader, and gives the number of those that are safe.</summary>
    /// <exception cref="InvalidOperationException">A column is missing, or mapped twice.</exception>
    /// <exception cref="InvalidCastException">A value does not fit its column: the message names both.</exception>
    /// <exception cref="ColumnStreamException">The server refused, or the time is over.</exception>
    public async Task<long> WriteToServerAsync(IDataReader reader, CancellationToken cancellationToken = default)
    {
        BulkColumn[] columns = await BulkColumns.OfAsync(
            connection, Target(), reader, [.. ColumnMappings], cancellationToken).ConfigureAwait(false);
        using var rows = new RowBatches(reader, columns, connection.Source.Allocator);
        return await RunAsync(
            rows.Schema, ending => RowsAsync(rows, ending), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads the rows of a table that are not deleted, and gives the number of those that are safe.</summary>
    /// <inheritdoc cref="WriteToServerAsync(IDataReader, CancellationToken)"/>
    public async Task<long> WriteToServerAsync(DataTable table, CancellationToken cancellationToken = default)
    {
        using DataTableReader reader = table.CreateDataReader();
        return await WriteToServerAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Loads Arrow batches as they are, and gives the number of rows that are safe; each batch is borrowed until the next is asked for.
    /// Mappings choose and rename columns.
    /// </summary>
    /// <inheritdoc cref="WriteToServerAsync(IDataReader, CancellationToken)"/>
    public Task<long> WriteToServerAsync(
        Schema schema, IAsyncEnumerable<RecordBatch> batches, CancellationToken cancellationToken = default)
    {
        (Schema sent, int[] picked) = BulkColumns.Pick(schema, [.. ColumnMappings]);
        return RunAsync(sent, ending => BatchesAsync(batches, sent, picked, ending), cancellationToken);
    }

    /// <summary>Loads one Arrow batch, which stays the caller's, and gives the number of rows that are safe.</summary>
    /// <inheritdoc cref="WriteToServerAsync(IDataReader, CancellationToken)"/>
    public Task<long> WriteToServerAsync(RecordBatch batch, CancellationToken cancellationToken = default) =>
        WriteToServerAsync(batch.Schema, OneAsync(batch), cancellationToken);

    /// <inheritdoc cref="WriteToServerAsync(IDataReader, CancellationToken)"/>
    public long WriteToServer(IDataReader reader) => WriteToServerAsync(reader).GetAwaiter().GetResult();

    /// <inheritdoc cref="WriteToServerAsync(DataTable, CancellationToken)"/>
    public long WriteToServer(DataTable table) => WriteToServerAsync(table).GetAwaiter().GetResult();

    private SqlIngest Target() => DestinationTableName.Length == 0
        ? throw new InvalidOperationException("Bulk load has no table: set DestinationTableName.")
        : new SqlIngest(DestinationTableName)
        {
            Schema = DestinationDatabase, Catalog = DestinationCatalog, IfExists = IfExists, CreateIfMissing = CreateIfMissing,
            Options = new Dictionary<string, string>(Options, StringComparer.Ordinal),
        };

    private async Task<long> RunAsync(
        Schema schema, Func<CancellationToken, IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellation)
    {
        _rows = 0;
        using var late = new CancellationTokenSource(
            BulkCopyTimeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(BulkCopyTimeout), connection.Source.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await connection.IngestAsync(Target(), schema, rows(ending.Token), ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ColumnStreamException(
                $"Bulk load took more than {BulkCopyTimeout} s (BulkCopyTimeout); {RowsCopied} rows were sent.", "57014",
                isTransient: false, new TimeoutException(null, e));
        }
    }

    private static async IAsyncEnumerable<RecordBatch> OneAsync(RecordBatch batch)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        yield return batch;
    }

    private async IAsyncEnumerable<RecordBatch> RowsAsync(
        RowBatches rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await rows.ReadAsync(BatchSize, cancellation).ConfigureAwait(false) is { } batch)
        {
            try
            {
                yield return batch;
            }
            finally
            {
                batch.Release();
            }

            Count(batch.Length);
        }
    }

    private async IAsyncEnumerable<RecordBatch> BatchesAsync(
        IAsyncEnumerable<RecordBatch> batches, Schema sent, int[] picked, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (RecordBatch batch in batches.WithCancellation(cancellation).ConfigureAwait(false))
        {
            var shown = new RecordBatch(sent, Array.ConvertAll(batch.Pick(picked), c => c.Retain()), batch.Length);
            try
            {
                yield return shown;
            }
            finally
            {
                shown.Release();
            }

            Count(shown.Length);
        }
    }

    /// <summary>Counts rows that were sent, and tells of them.</summary>
    private void Count(int rows)
    {
        long before = _rows;
        _rows = before + rows;
        if (NotifyAfter > 0 && before / NotifyAfter != _rows / NotifyAfter)
        {
            var told = new ColumnStreamRowsCopiedEventArgs(_rows);
            ColumnStreamRowsCopied?.Invoke(this, told);
            if (told.Abort)
            {
                throw new OperationCanceledException($"Bulk load was broken off by its event behind {_rows} rows.");
            }
        }
    }
}
