using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Data.Execution;
using ColumnStream.Data.Subscriptions;

namespace ColumnStream.Data;

/// <summary>Is one statement with its parameters: <c>?</c> by position, or <c>@name</c>.</summary>
public sealed class ColumnStreamCommand : DbCommand
{
    private readonly StatementRun _run = new();
    private string _text = string.Empty;
    private int? _timeout;

    /// <summary>Makes a command without a text.</summary>
    public ColumnStreamCommand()
    {
    }

    /// <summary>Makes a command of a text.</summary>
    public ColumnStreamCommand(string? commandText, ColumnStreamConnection? connection = null)
    {
        CommandText = commandText;
        Connection = connection;
    }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => _text;
        set
        {
            _text = value ?? string.Empty;
            _run.Forget();
        }
    }

    /// <summary>Gets or sets the seconds until the first rows must be there; 0 for no end.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? Connection?.CommandTimeout ?? 30;
        set => _timeout = value >= 0 ? value : throw new ArgumentOutOfRangeException(
            nameof(value), value, "Timeout is 0 or more seconds.");
    }

    /// <inheritdoc/>
    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; } = UpdateRowSource.None;

    /// <inheritdoc cref="DbCommand.Connection"/>
    public new ColumnStreamConnection? Connection { get; set; }

    /// <inheritdoc cref="DbCommand.Parameters"/>
    public new ColumnStreamParameterCollection Parameters { get; } = new();

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Connection;
        set => Connection = (ColumnStreamConnection?)value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => null;
        set
        {
            if (value is not null)
            {
                throw new NotSupportedException("The server has no transactions.");
            }
        }
    }

    /// <summary>Ends what this command runs now; a reader that is open ends with an error at its next read.</summary>
    public override void Cancel() => _run.Cancel();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => ExecuteNonQueryAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        (int)Math.Clamp(await ExecuteUpdateAsync(cancellationToken).ConfigureAwait(false), -1, int.MaxValue);

    /// <summary>
    /// Runs the statement for its effect and gives the rows changed in full width, or -1 where the server does not know.
    /// </summary>
    public Task<long> ExecuteUpdateAsync(CancellationToken cancellationToken = default) =>
        _run.UpdateAsync(Statement(), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => ExecuteScalarAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await using ColumnStreamDataReader reader = await ExecuteReaderAsync(
            CommandBehavior.SingleRow, cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount > 0 ? reader.GetValue(0) : null;
    }

    /// <inheritdoc cref="DbCommand.ExecuteReader()"/>
    public new ColumnStreamDataReader ExecuteReader() => ExecuteReader(CommandBehavior.Default);

    /// <inheritdoc cref="DbCommand.ExecuteReader(CommandBehavior)"/>
    public new ColumnStreamDataReader ExecuteReader(CommandBehavior behavior) =>
        ExecuteReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc cref="DbCommand.ExecuteReaderAsync(CancellationToken)"/>
    public new Task<ColumnStreamDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) =>
        ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    /// <inheritdoc cref="DbCommand.ExecuteReaderAsync(CommandBehavior, CancellationToken)"/>
    public new async Task<ColumnStreamDataReader> ExecuteReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken = default)
    {
        ColumnStreamConnection connection = OpenConnection();
        Result result = await _run.QueryAsync(Statement(), behavior, cancellationToken).ConfigureAwait(false);
        return new ColumnStreamDataReader(connection, [_ => Task.FromResult(result)], behavior, _run);
    }

    /// <summary>
    /// Runs a query and gives its batches as they come. A batch is good until the next is asked for;
    /// <see cref="RecordBatch.Retain"/> keeps it longer, and whoever does so releases it. Ending the loop ends the query.
    /// </summary>
    public async IAsyncEnumerable<RecordBatch> ExecuteBatchesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        OpenConnection();
        await using Result result = await _run.QueryAsync(
            Statement(), CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        while (await result.ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            try
            {
                if (batch.Length > 0)
                {
                    yield return batch; // an empty one is the server's sign of life
                }
            }
            finally
            {
                batch.Release();
            }
        }
    }

    /// <summary>
    /// Runs a query whose rows change and gives each change with its kind: of a query over input without end for as long as the loop
    /// goes on, else up to the final rows. Ending the loop, or its token, ends the job behind it.
    /// </summary>
    /// <remarks>
    /// It has a session of its own out of the same pool, in the connection's database: options and temporary tables of the
    /// connection do not count in it, and the connection is free meanwhile.
    /// </remarks>
    /// <exception cref="ColumnStreamException">The query failed, or the connection broke and is not to be made anew.</exception>
    public async IAsyncEnumerable<ColumnStreamChange> SubscribeAsync(
        ColumnStreamSubscriptionOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var changes = new ChangeStream(this, options ?? new ColumnStreamSubscriptionOptions());
        while (await changes.NextAsync(
            static (reader, cancellation) => new ValueTask<bool>(reader.ReadAsync(cancellation)), cancellationToken)
            .ConfigureAwait(false) is var step and not ChangeStep.End)
        {
            ColumnStreamDataReader reader = changes.Reader!;
            yield return new ColumnStreamChange(
                reader, step == ChangeStep.Reset ? ColumnStreamRowKind.Reset : ChangeStream.KindOf(reader.Utf8(0)));
        }
    }

    /// <summary>Runs a query as <see cref="SubscribeAsync"/> does and gives its changes in Arrow batches.</summary>
    public async IAsyncEnumerable<ColumnStreamChangeBatch> SubscribeBatchesAsync(
        ColumnStreamSubscriptionOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var changes = new ChangeStream(this, options ?? new ColumnStreamSubscriptionOptions());
        RecordBatch? batch = null;
        while (await changes.NextAsync(
            async (reader, cancellation) =>
            (batch = await reader.NextBatchAsync(cancellation).ConfigureAwait(false)) is not null, cancellationToken)
            .ConfigureAwait(false) is var step and not ChangeStep.End)
        {
            if (step == ChangeStep.Reset)
            {
                yield return new ColumnStreamChangeBatch(default, null);
                continue;
            }

            ColumnStreamChangeBatch split = changes.Split(batch!);
            batch!.Release();
            try
            {
                yield return split;
            }
            finally
            {
                split.Rows!.Release();
            }
        }
    }

    /// <inheritdoc/>
    public override void Prepare() => PrepareAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        _run.PrepareAsync(Statement(), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _run.CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the connection, which is open.</summary>
    internal ColumnStreamConnection OpenConnection()
    {
        ColumnStreamConnection connection = Connection ?? throw new InvalidOperationException("Command has no connection.");
        connection.Session();
        return connection;
    }

    /// <summary>Makes a command of the same text and values on another connection.</summary>
    internal ColumnStreamCommand CopyTo(ColumnStreamConnection connection)
    {
        var copy = new ColumnStreamCommand(_text, connection) { CommandType = CommandType, CommandTimeout = CommandTimeout };
        foreach (ColumnStreamParameter parameter in (IEnumerable<ColumnStreamParameter>)Parameters)
        {
            copy.Parameters.Add(parameter);
        }

        return copy;
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new ColumnStreamParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _run.CloseAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    private Statement Statement() => new(OpenConnection(), SqlText.Of(_text, CommandType), Parameters, CommandTimeout);
}
