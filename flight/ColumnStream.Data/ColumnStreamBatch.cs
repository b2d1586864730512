using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data.Execution;

namespace ColumnStream.Data;

/// <summary>
/// Is several statements that run one after the other; the first that fails ends it, and what ran before keeps its effect.
/// </summary>
public sealed class ColumnStreamBatch : DbBatch
{
    private readonly StatementRun _run = new();
    private readonly bool _opensItself;

    /// <summary>Makes a batch without statements.</summary>
    public ColumnStreamBatch()
    {
    }

    /// <summary>Makes a batch of a source: it opens a connection where it runs, and closes it behind its results.</summary>
    internal ColumnStreamBatch(ColumnStreamDataSource source)
    {
        _opensItself = true;
        Connection = source.CreateConnection();
    }

    /// <inheritdoc cref="DbBatch.BatchCommands"/>
    public new ColumnStreamBatchCommandCollection BatchCommands { get; } = new();

    /// <inheritdoc cref="DbBatch.Connection"/>
    public new ColumnStreamConnection? Connection { get; set; }

    /// <summary>Gets or sets the seconds that each statement may take until its first rows; 0 for no end.</summary>
    public override int Timeout { get; set; } = 30;

    /// <inheritdoc/>
    protected override DbBatchCommandCollection DbBatchCommands => BatchCommands;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Connection;
        set => Connection = (ColumnStreamConnection?)value;
    }

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

    /// <inheritdoc/>
    public override void Cancel() => _run.Cancel();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => ExecuteNonQueryAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        bool isOwn = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long all = -1;
            foreach (ColumnStreamBatchCommand command in BatchCommands.Cast<ColumnStreamBatchCommand>())
            {
                command.Affected = await NameAsync(
                    command, _run.UpdateAsync(StatementOf(command), cancellationToken)).ConfigureAwait(false);
                all = command.Affected < 0 ? all : Math.Max(all, 0) + command.Affected;
            }

            return (int)Math.Clamp(all, -1, int.MaxValue);
        }
        finally
        {
            await CloseAsync(isOwn).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar() => ExecuteScalarAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        await using DbDataReader reader = await ExecuteDbDataReaderAsync(
            CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
    }

    /// <summary>Does nothing: a statement with parameters is prepared when it runs.</summary>
    public override void Prepare()
    {
    }

    /// <inheritdoc cref="Prepare"/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override DbBatchCommand CreateDbBatchCommand() => new ColumnStreamBatchCommand();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        ExecuteDbDataReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken)
    {
        ColumnStreamConnection connection = Connection ?? throw new InvalidOperationException("Batch has no connection.");
        if (BatchCommands.Count == 0)
        {
            throw new InvalidOperationException("Batch has no statements.");
        }

        bool isOwn = await OpenAsync(cancellationToken).ConfigureAwait(false);
        Result first;
        try
        {
            first = await QueryAsync(BatchCommands[0], behavior, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync(isOwn).ConfigureAwait(false);
            throw;
        }

        behavior |= isOwn ? CommandBehavior.CloseConnection : CommandBehavior.Default;
        List<Func<CancellationToken, Task<Result>>> results = [_ => Task.FromResult(first)];
        for (int i = 1; i < BatchCommands.Count; i++)
        {
            ColumnStreamBatchCommand command = BatchCommands[i];
            results.Add(cancellation => QueryAsync(command, behavior, cancellation));
        }

        return new ColumnStreamDataReader(connection, results, behavior, _run);
    }

    /// <summary>Waits for a statement, and names it in its error.</summary>
    private static async Task<T> NameAsync<T>(ColumnStreamBatchCommand command, Task<T> run)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        catch (ColumnStreamException e)
        {
            e.BatchCommand = command;
            throw;
        }
    }

    /// <summary>Opens the connection of a batch that has one of its own; tells whether it did.</summary>
    private async Task<bool> OpenAsync(CancellationToken cancellation)
    {
        if (!_opensItself || Connection is not { State: ConnectionState.Closed } closed)
        {
            return false;
        }

        await closed.OpenAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private Task CloseAsync(bool isOwn) => isOwn ? Connection!.CloseAsync() : Task.CompletedTask;

    private async Task<Result> QueryAsync(
        ColumnStreamBatchCommand command, CommandBehavior behavior, CancellationToken cancellation)
    {
        Result result = await NameAsync(
            command, _run.QueryAsync(StatementOf(command), behavior, cancellation)).ConfigureAwait(false);
        command.Affected = result.RecordsAffected;
        return result;
    }

    private Statement StatementOf(ColumnStreamBatchCommand command)
    {
        ColumnStreamConnection connection = Connection ?? throw new InvalidOperationException("Batch has no connection.");
        connection.Session();
        return new Statement(connection, SqlText.Of(command.CommandText, command.CommandType), command.Parameters, Timeout);
    }
}
