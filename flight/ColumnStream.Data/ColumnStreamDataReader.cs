#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Execution;
using ColumnStream.Data.Metadata;
using ColumnStream.Data.Values;

namespace ColumnStream.Data;

/// <summary>
/// Reads the rows of a result straight from its Arrow batches. Whole numbers can be read as other whole numbers where they fit; a
/// null row of a column that is read as a value is an <see cref="InvalidCastException"/>.
/// </summary>
[SuppressMessage("Design", "CA1010", Justification = "ADO.NET's readers enumerate records as IDataRecord, by DbEnumerator.")]
public sealed class ColumnStreamDataReader : DbDataReader, IDbColumnSchemaGenerator
{
    private readonly ColumnStreamConnection _connection;
    private readonly Queue<Func<CancellationToken, Task<Result>>> _next;
    private readonly CommandBehavior _behavior;
    private readonly StatementRun _run;
    private Result? _result;
    private ColumnReader[] _columns = [];
    private Dictionary<string, int>? _ordinals;
    private RecordBatch? _batch;
    private RecordBatch? _peeked;
    private int _row = -1;
    private bool _isAtEnd;
    private bool _isClosed;
    private long _recordsAffected = -1;

    internal ColumnStreamDataReader(
        ColumnStreamConnection connection,
        IEnumerable<Func<CancellationToken, Task<Result>>> results,
        CommandBehavior behavior,
        StatementRun run)
    {
        _connection = connection;
        _next = new Queue<Func<CancellationToken, Task<Result>>>(results);
        _behavior = behavior;
        _run = run;
        NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override int FieldCount => Open()._columns.Length;

    /// <summary>Gets whether the result has a row; waits for the first batch.</summary>
    public override bool HasRows
    {
        get
        {
            Open();
            if (_batch is not null || _peeked is not null)
            {
                return true;
            }

            _peeked = _isAtEnd ? null : NextBatchAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return _peeked is not null;
        }
    }

    /// <inheritdoc/>
    public override bool IsClosed => _isClosed;

    /// <inheritdoc/>
    public override int RecordsAffected => (int)Math.Clamp(_recordsAffected, -1, int.MaxValue);

    /// <summary>Gets the columns with Arrow's types.</summary>
    public Schema Schema => Open()._result?.Schema ?? new Schema();

    /// <inheritdoc/>
    public override object this[int ordinal] => GetValue(ordinal);

    /// <inheritdoc/>
    public override object this[string name] => GetValue(GetOrdinal(name));

    /// <inheritdoc/>
    public override bool Read()
    {
        Open();
        return TryStep() || ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Open();
        return TryStep() ? Task.FromResult(true) : StepAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override bool NextResult() => NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        Open();
        await EndResultAsync().ConfigureAwait(false);
        if (!_next.TryDequeue(out Func<CancellationToken, Task<Result>>? open))
        {
            return false;
        }

        _result = await open(cancellationToken).ConfigureAwait(false);
        _recordsAffected = _result.RecordsAffected < 0 ? _recordsAffected : Math.Max(_recordsAffected, 0) + _result.RecordsAffected;
        ValueList<Field> fields = _result.Schema?.Fields ?? default;
        _columns = new ColumnReader[fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            Field field = fields[i];
            _columns[i] = ColumnReaders.Of(
                field.Type.Id == TypeId.Dictionary ? field with { Type = field.Type.Children[0].Type } : field, i);
        }

        _isAtEnd = _columns.Length == 0;
        return true;
    }

    /// <inheritdoc/>
    public override bool IsDBNull(int ordinal) => Column(ordinal).IsNull(_row);

    /// <inheritdoc/>
    public override bool GetBoolean(int ordinal) => Value(ordinal).GetBoolean(_row);

    /// <inheritdoc/>
    public override byte GetByte(int ordinal) => Narrow<byte>(ordinal, byte.MinValue, byte.MaxValue);

    /// <inheritdoc/>
    public override short GetInt16(int ordinal) => Narrow<short>(ordinal, short.MinValue, short.MaxValue);

    /// <inheritdoc/>
    public override int GetInt32(int ordinal) => Narrow<int>(ordinal, int.MinValue, int.MaxValue);

    /// <inheritdoc/>
    public override long GetInt64(int ordinal) => Value(ordinal).GetInt64(_row);

    /// <inheritdoc/>
    public override float GetFloat(int ordinal) => Value(ordinal).GetFloat(_row);

    /// <inheritdoc/>
    public override double GetDouble(int ordinal) => Value(ordinal).GetDouble(_row);

    /// <inheritdoc/>
    public override decimal GetDecimal(int ordinal) => Value(ordinal).GetDecimal(_row);

    /// <inheritdoc/>
    public override string GetString(int ordinal) => Value(ordinal).GetString(_row);

    /// <inheritdoc/>
    public override DateTime GetDateTime(int ordinal) => Value(ordinal).GetDateTime(_row);

    /// <inheritdoc/>
    public override Guid GetGuid(int ordinal) => Value(ordinal).GetAs<Guid>(_row);

    /// <inheritdoc/>
    public override char GetChar(int ordinal)
    {
        string text = GetString(ordinal);
        return text.Length == 1 ? text[0] : throw new InvalidCastException(
            $"Text of {text.Length} characters is not one character.");
    }

    /// <inheritdoc/>
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        ReadOnlySpan<byte> bytes = Value(ordinal).GetBytes(_row);
        return Copy(bytes, dataOffset, buffer, bufferOffset, length);
    }

    /// <inheritdoc/>
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy<char>(GetString(ordinal), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
    public override object GetValue(int ordinal)
    {
        ColumnReader column = Column(ordinal);
        return column.IsNull(_row) ? DBNull.Value : column.GetValue(_row);
    }

    /// <inheritdoc/>
    public override int GetValues(object[] values)
    {
        int count = Math.Min(values.Length, FieldCount);
        for (int i = 0; i < count; i++)
        {
            values[i] = GetValue(i);
        }

        return count;
    }

    /// <summary>
    /// Reads a value as a <typeparamref name="T"/>: besides those with a method of their own DateOnly, TimeOnly, TimeSpan,
    /// DateTimeOffset, Guid, byte[], lists as arrays, and all as object; nullable ones give null for null.
    /// </summary>
    public override T GetFieldValue<T>(int ordinal)
    {
        ColumnReader column = Column(ordinal);
        if (column.IsNull(_row))
        {
            return default(T) is null && Nullable.GetUnderlyingType(typeof(T)) is not null
                ? default!
                : typeof(T) == typeof(object) || typeof(T) == typeof(DBNull) ? (T)(object)DBNull.Value : throw IsNullError(ordinal);
        }

        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return type switch
        {
            _ when type == typeof(object) => (T)column.GetValue(_row),
            _ when type == typeof(bool) => (T)(object)column.GetBoolean(_row),
            _ when type == typeof(sbyte) => (T)(object)Narrow<sbyte>(ordinal, sbyte.MinValue, sbyte.MaxValue),
            _ when type == typeof(byte) => (T)(object)GetByte(ordinal),
            _ when type == typeof(short) => (T)(object)GetInt16(ordinal),
            _ when type == typeof(ushort) => (T)(object)Narrow<ushort>(ordinal, ushort.MinValue, ushort.MaxValue),
            _ when type == typeof(int) => (T)(object)GetInt32(ordinal),
            _ when type == typeof(uint) => (T)(object)Narrow<uint>(ordinal, uint.MinValue, uint.MaxValue),
            _ when type == typeof(long) && column is not TimestampReader => (T)(object)column.GetInt64(_row),
            _ when type == typeof(float) => (T)(object)column.GetFloat(_row),
            _ when type == typeof(double) => (T)(object)column.GetDouble(_row),
            _ when type == typeof(decimal) => (T)(object)column.GetDecimal(_row),
            _ when type == typeof(string) && column is not DecimalReader => (T)(object)column.GetString(_row),
            _ when type == typeof(char) => (T)(object)GetChar(ordinal),
            _ when type == typeof(DateTime) => (T)(object)column.GetDateTime(_row),
            _ when type == typeof(System.IO.Stream) => (T)(object)GetStream(ordinal),
            _ when type == typeof(System.IO.TextReader) => (T)(object)GetTextReader(ordinal),
            _ => column.GetAs<T>(_row),
        };
    }

    /// <inheritdoc/>
    public override string GetName(int ordinal) => Reader(ordinal).Field.Name;

    /// <inheritdoc/>
    public override int GetOrdinal(string name)
    {
        Open();
        if (_ordinals is null)
        {
            _ordinals = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < _columns.Length; i++)
            {
                _ordinals.TryAdd(_columns[i].Field.Name, i);
            }
        }

        if (_ordinals.TryGetValue(name, out int ordinal))
        {
            return ordinal;
        }

        int found = Array.FindIndex(_columns, c => string.Equals(c.Field.Name, name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found : throw new IndexOutOfRangeException(
            $"Result has no column '{name}'. It has {string.Join(", ", Array.ConvertAll(_columns, c => c.Field.Name))}.");
    }

    /// <inheritdoc/>
    [return: DynamicallyAccessedMembers(ColumnReader.Members)]
    public override Type GetFieldType(int ordinal) => Reader(ordinal).ClrType;

    /// <inheritdoc/>
    public override string GetDataTypeName(int ordinal) => ColumnSchema.TypeNameOf(Reader(ordinal).Field);

    /// <inheritdoc/>
    public override DataTable? GetSchemaTable() => FieldCount == 0 ? null : ColumnSchema.TableOf(GetColumnSchema());

    /// <inheritdoc cref="IDbColumnSchemaGenerator.GetColumnSchema"/>
    public ReadOnlyCollection<DbColumn> GetColumnSchema()
    {
        Open();
        List<DbColumn> columns = [];
        for (int i = 0; i < _columns.Length; i++)
        {
            columns.Add(new ColumnSchema(_columns[i].Field, i, _columns[i].ClrType));
        }

        return columns.AsReadOnly();
    }

    /// <inheritdoc/>
    public override Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(GetColumnSchema());

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    /// <inheritdoc/>
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    /// <summary>Ends the result; the query behind it ends at the server too.</summary>
    public override async Task CloseAsync()
    {
        if (_isClosed)
        {
            return;
        }

        await EndResultAsync().ConfigureAwait(false);
        _isClosed = true;
        _next.Clear();
        if (_behavior.HasFlag(CommandBehavior.CloseConnection))
        {
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the bytes of a text of the row at hand.</summary>
    internal ReadOnlySpan<byte> Utf8(int ordinal) => Value(ordinal).GetBytes(_row);

    /// <summary>Waits for the next batch that has rows, which the caller releases; not to be mixed with reading rows.</summary>
    internal async ValueTask<RecordBatch?> NextBatchAsync(CancellationToken cancellation)
    {
        while (_result is not null && await _result.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            if (batch.Length > 0)
            {
                return batch;
            }

            batch.Release();
        }

        return null;
    }

    private static long Copy<T>(ReadOnlySpan<T> from, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null)
        {
            return from.Length;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int start = (int)Math.Min(offset, from.Length);
        int count = Math.Min(length, from.Length - start);
        from.Slice(start, count).CopyTo(buffer.AsSpan(bufferOffset));
        return count;
    }

    private T Narrow<T>(int ordinal, long least, long most)
        where T : struct
    {
        long value = Value(ordinal).GetInt64(_row);
        return value >= least && value <= most
            ? (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture)
            : throw new OverflowException($"Value {value} of column '{GetName(ordinal)}' does not fit {typeof(T).Name}.");
    }

    private ColumnStreamDataReader Open() => _isClosed ? throw new InvalidOperationException("Reader is closed.") : this;

    private ColumnReader Reader(int ordinal)
    {
        Open();
        return (uint)ordinal < (uint)_columns.Length
            ? _columns[ordinal]
            : throw new IndexOutOfRangeException($"Result has no column {ordinal}: it has {_columns.Length}.");
    }

    /// <summary>Gives a column while there is a row.</summary>
    private ColumnReader Column(int ordinal)
    {
        ColumnReader column = Reader(ordinal);
        return _batch is not null ? column : throw new InvalidOperationException(
            "There is no row: call Read first, and while it gives true.");
    }

    /// <summary>Gives a column while there is a row that is not null.</summary>
    private ColumnReader Value(int ordinal)
    {
        ColumnReader column = Column(ordinal);
        return column.IsNull(_row) ? throw IsNullError(ordinal) : column;
    }

    private InvalidCastException IsNullError(int ordinal) =>
        new($"Column {ordinal} ('{GetName(ordinal)}') is null: ask IsDBNull first.");

    /// <summary>Steps to the next row of the batch at hand.</summary>
    private bool TryStep()
    {
        if (_batch is null || _row + 1 >= _batch.Length || (_behavior.HasFlag(CommandBehavior.SingleRow) && _row >= 0))
        {
            return false;
        }

        _row++;
        return true;
    }

    private async Task<bool> StepAsync(CancellationToken cancellation)
    {
        bool isOver = _isAtEnd || (_behavior.HasFlag(CommandBehavior.SingleRow) && _batch is not null && _row >= 0);
        RecordBatch? next = isOver ? null : _peeked ?? await NextBatchAsync(cancellation).ConfigureAwait(false);
        _peeked = null;
        Bind(next);
        _isAtEnd = next is null;
        _row = next is null ? -1 : 0;
        return next is not null;
    }

    private void Bind(RecordBatch? batch)
    {
        _batch?.Release();
        _batch = batch;
        for (int i = 0; i < _columns.Length; i++)
        {
            if (batch?.Columns[i] is DictionaryArray dictionary)
            {
                batch.Columns[i] = dictionary.Decode(_connection.Source.Allocator);
                dictionary.Release();
            }

            _columns[i].Bind(batch?.Columns[i]);
        }
    }

    private async ValueTask EndResultAsync()
    {
        Bind(null);
        _peeked?.Release();
        _peeked = null;
        _row = -1;
        _ordinals = null;
        _isAtEnd = true;
        _columns = [];
        if (_result is { } result)
        {
            _result = null;
            await result.DisposeAsync().ConfigureAwait(false);
        }
    }
}
