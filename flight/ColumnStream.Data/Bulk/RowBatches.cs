using System;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Parameters;

namespace ColumnStream.Data.Bulk;

/// <summary>Makes batches of a reader's rows.</summary>
internal sealed class RowBatches : IDisposable
{
    /// <summary>The bytes of text and bytes behind which a batch ends early, so that messages stay small.</summary>
    private const long MostBytes = 4 << 20;

    private readonly IDataReader _reader;
    private readonly BulkColumn[] _columns;
    private readonly ColumnBuilder[] _builders;
    private long _rows;

    public RowBatches(IDataReader reader, BulkColumn[] columns, BufferAllocator allocator)
    {
        _reader = reader;
        _columns = columns;
        Schema = new Schema(ValueList.From(columns.Select(column => column.Field)));
        _builders = Array.ConvertAll(columns, column => ColumnBuilder.Create(column.Field.Type, allocator));
    }

    /// <summary>Gets the columns of the batches.</summary>
    public Schema Schema { get; }

    /// <summary>Makes the next batch, which the caller releases; null behind the last row.</summary>
    /// <exception cref="InvalidCastException">A value does not fit its column.</exception>
    public async ValueTask<RecordBatch?> ReadAsync(int most, CancellationToken cancellation)
    {
        int count = 0;
        long bytes = 0;
        while (count < most && bytes < MostBytes && await NextAsync(cancellation).ConfigureAwait(false))
        {
            for (int i = 0; i < _columns.Length; i++)
            {
                bytes += Append(i);
            }

            count++;
            _rows++;
        }

        return count == 0 ? null : new RecordBatch(Schema, Array.ConvertAll(_builders, builder => builder.Finish()), count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ColumnBuilder builder in _builders)
        {
            builder.Dispose();
        }
    }

    private async ValueTask<bool> NextAsync(CancellationToken cancellation)
    {
        if (_reader is DbDataReader reader)
        {
            return await reader.ReadAsync(cancellation).ConfigureAwait(false);
        }

        cancellation.ThrowIfCancellationRequested();
        return _reader.Read();
    }

    /// <summary>Appends a value of the row at hand, and gives the bytes that it has beside its place.</summary>
    private long Append(int column)
    {
        Field field = _columns[column].Field;
        object? value = _reader.GetValue(_columns[column].Ordinal);
        try
        {
            return ValueWriter.AppendNullable(_builders[column], value);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
        {
            throw new InvalidCastException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Row {_rows + 1} has a value that does not fit column '{field.Name}' of the type {field.Type}: {value} "
                    + $"({value!.GetType().Name}). {e.Message}"),
                e);
        }
    }
}
