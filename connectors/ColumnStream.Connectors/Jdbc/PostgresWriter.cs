using System;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Writes rows as they come, some at a time in a transaction; after a failure rows since the last checkpoint repeat.</summary>
/// <remarks>Rows that are fewer than a full buffer wait for the next batch or checkpoint; without checkpoints none waits.</remarks>
internal sealed class PostgresWriter(
    SinkContext context, JdbcOptions options, PostgresDatabase database, PostgresTable table) : SinkWriter
{
    private const int MostBytes = 16 << 20;
    private readonly CopyEncoder _encoder = new(table);
    private readonly OutputBuffer _output = new(context.Allocator);
    private long _flushed = context.Time.GetTimestamp();

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        _encoder.Encode(batch, _output);
        bool isFull = options.FlushRows > 0 && _encoder.Rows >= options.FlushRows;
        bool isOld = options.FlushInterval > TimeSpan.Zero && context.Time.GetElapsedTime(_flushed) >= options.FlushInterval;
        if (isFull || isOld || context.Staging is null || _output.Length >= MostBytes)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        _flushed = context.Time.GetTimestamp();
        if (_encoder.Rows == 0)
        {
            return;
        }

        for (int attempt = 0; ; attempt++)
        {
            try
            {
                database.InTransaction(
                    $"writing to {table.Shown}",
                    connection => table.TakeIn(connection, to => to.Write(_output.Written), _encoder.Deletes > 0));
                break;
            }
            catch (ExternalException failure) when (failure.IsRetryable && attempt < options.MaxRetries)
            {
                context.Warn($"Rows are written anew: {failure.Message}");
            }
        }

        _output.Clear();
        _encoder.Reset();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _output.Dispose();
        database.Dispose();
    }
}
