using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Values;

namespace ColumnStream.Data.Subscriptions;

/// <summary>
/// Runs a query whose rows change, in a session of its own whose option asks for each change with its kind, so that nothing else on
/// the connection is told of changes; makes the session anew where it breaks and that is wanted.
/// </summary>
internal sealed class ChangeStream(ColumnStreamCommand command, ColumnStreamSubscriptionOptions options) : IAsyncDisposable
{
    private const string ResultMode = "sql-client.execution.result-mode";
    private const string KindColumn = "op";
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly ColumnStreamDataSource _source = command.OpenConnection().Source;
    private readonly string _database = command.OpenConnection().Database;
    private ColumnStreamConnection? _connection;
    private ColumnStreamCommand? _command;
    private Schema? _rows;
    private bool _hasBegun;
    private int _attempts;

    /// <summary>Gets the reader, whose first column is the kind; null while there is no connection.</summary>
    public ColumnStreamDataReader? Reader { get; private set; }

    /// <summary>Gives the kind that the server writes.</summary>
    public static ColumnStreamRowKind KindOf(ReadOnlySpan<byte> text) => text switch
    {
        _ when text.SequenceEqual("+I"u8) => ColumnStreamRowKind.Insert,
        _ when text.SequenceEqual("-U"u8) => ColumnStreamRowKind.UpdateBefore,
        _ when text.SequenceEqual("+U"u8) => ColumnStreamRowKind.UpdateAfter,
        _ when text.SequenceEqual("-D"u8) => ColumnStreamRowKind.Delete,
        _ => throw new ColumnStreamException($"Server sent a kind of change that is unknown: {text.Length} bytes."),
    };

    /// <summary>Splits a batch into kinds and rows, which the caller releases; the batch is borrowed.</summary>
    public ColumnStreamChangeBatch Split(RecordBatch batch)
    {
        _rows ??= new Schema(ValueList.From(batch.Schema.Fields.Skip(1)));
        var kinds = new ColumnStreamRowKind[batch.Length];
        for (int row = 0; row < kinds.Length; row++)
        {
            kinds[row] = KindOf(BytesReader.Span(batch.Columns[0], row));
        }

        var columns = new ArrayData[batch.Columns.Length - 1];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = batch.Columns[i + 1].Retain();
        }

        return new ColumnStreamChangeBatch(kinds, new RecordBatch(_rows, columns, batch.Length));
    }

    /// <summary>Goes on: <paramref name="read"/> reads from the reader and tells whether there was something.</summary>
    /// <exception cref="ColumnStreamException">The query failed, or its connection broke for good.</exception>
    public async ValueTask<ChangeStep> NextAsync(
        Func<ColumnStreamDataReader, CancellationToken, ValueTask<bool>> read, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (Reader is null)
                {
                    await OpenAsync(cancellation).ConfigureAwait(false);
                    if (_hasBegun)
                    {
                        return ChangeStep.Reset;
                    }

                    _hasBegun = true;
                }

                bool any = await read(Reader!, cancellation).ConfigureAwait(false);
                _attempts = any ? 0 : _attempts;
                return any ? ChangeStep.Changes : ChangeStep.End;
            }
            catch (ColumnStreamException e) when (e.IsTransient && _hasBegun && _attempts < options.MaxReconnects)
            {
                await DisposeAsync().ConfigureAwait(false);
                var delay = TimeSpan.FromTicks(Math.Min(
                    options.ReconnectDelay.Ticks << Math.Min(_attempts, 20), LongestDelay.Ticks));
                _attempts++;
                await Task.Delay(delay, _source.Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Reader is { } reader)
        {
            Reader = null;
            await reader.DisposeAsync().ConfigureAwait(false);
        }

        if (_command is { } running)
        {
            _command = null;
            await running.DisposeAsync().ConfigureAwait(false);
        }

        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        try
        {
            _connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            var session = new Dictionary<string, object?>(StringComparer.Ordinal) { [ResultMode] = "CHANGELOG" };
            await _connection.SetOptionsAsync(session, cancellation).ConfigureAwait(false);
            if (_database != _connection.Database)
            {
                await _connection.ChangeDatabaseAsync(_database, cancellation).ConfigureAwait(false);
            }

            _command = command.CopyTo(_connection);
            ColumnStreamDataReader reader = await _command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            Reader = reader;
            if (reader.FieldCount == 0 || reader.GetName(0) != KindColumn)
            {
                throw new ColumnStreamException(
                    $"Server gives no changes: the result has no first column '{KindColumn}'. Subscribe to a SELECT, at a "
                    + $"server that knows the option {ResultMode}.", "0A000", isTransient: false);
            }
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
