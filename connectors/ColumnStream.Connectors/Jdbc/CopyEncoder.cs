using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors.Formats;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Writes rows as tuples of PostgreSQL's binary COPY form; what the table cannot take is refused here, by row.</summary>
/// <remarks>
/// <code>
/// tuple  fields:int16  { length:int32 or -1, bytes }*     all numbers big-endian
/// </code>
/// With a key each tuple begins with a boolean that says whether the row is deleted; old halves of updates are left out.
/// </remarks>
internal sealed unsafe class CopyEncoder(PostgresTable table)
{
    private const int NullLength = -1;
    private const int EpochDays = 10_957;
    private const long EpochSeconds = EpochDays * 86_400L;
    private const int FixedBytes = 48;

    private readonly CopyColumn[] _columns = table.Columns;
    private readonly EncodeColumn[] _values = Array.ConvertAll(table.Columns, c => c.Values);
    private readonly bool _isKeyed = table.HasKey;

    /// <summary>Gets the rows written so far that delete.</summary>
    public long Deletes { get; private set; }

    /// <summary>Gets the rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Begins to count anew.</summary>
    public void Reset()
    {
        Rows = 0;
        Deletes = 0;
    }

    /// <summary>Appends the rows of a batch.</summary>
    /// <exception cref="ExternalException">A value does not fit the database's column: names row, column and value.</exception>
    public void Encode(StreamBatch batch, OutputBuffer output)
    {
        EncodeColumn.Bind(_values, batch);
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];
            if (!_isKeyed)
            {
                Write(output, row, isDeleted: false);
            }
            else if (kind != RowKind.UpdateBefore)
            {
                Write(output, row, kind == RowKind.Delete);
                Deletes += kind == RowKind.Delete ? 1 : 0;
            }
        }
    }

    private void Write(OutputBuffer output, int row, bool isDeleted)
    {
        byte* to = output.Reserve(16);
        if (_isKeyed)
        {
            to = Put16(to, (short)(_columns.Length + 1));
            to = Put32(to, 1);
            *to++ = isDeleted ? (byte)1 : (byte)0;
        }
        else
        {
            to = Put16(to, (short)_columns.Length);
        }

        output.Advance(to);
        foreach (CopyColumn column in _columns)
        {
            if (column.Values.IsNull(row))
            {
                if (column.To.IsNotNull && (!isDeleted || column.IsKey))
                {
                    throw Wrong(column, row, "is NULL, and the database's column is NOT NULL. Filter such rows, or use COALESCE");
                }

                output.Advance(Put32(output.Reserve(4), NullLength));
            }
            else if (column.Kind == CopyKind.Array)
            {
                WriteArray(output, column, row);
            }
            else
            {
                WriteValue(output, column, column.Values, column.Kind, row);
            }
        }

        Rows++;
    }

    private void WriteArray(OutputBuffer output, CopyColumn column, int row)
    {
        EncodeColumn items = column.Values.Children[0];
        var offsets = (int*)column.Values.Data;
        int first = offsets[row];
        int end = offsets[row + 1];
        bool hasNull = false;
        for (int i = first; i < end && !hasNull; i++)
        {
            hasNull = items.IsNull(i);
        }

        int start = output.Length;
        byte* to = output.Reserve(24);
        to = Put32(to, 0);
        to = Put32(to, end > first ? 1 : 0);
        to = Put32(to, hasNull ? 1 : 0);
        to = Put32(to, (int)column.To.ElementId);
        if (end > first)
        {
            to = Put32(to, end - first);
            to = Put32(to, 1);
        }

        output.Advance(to);
        for (int i = first; i < end; i++)
        {
            if (items.IsNull(i))
            {
                output.Advance(Put32(output.Reserve(4), NullLength));
            }
            else
            {
                WriteValue(output, column, items, column.Element, i);
            }
        }

        byte* here = output.Reserve(0);
        Put32(here - (output.Length - start), output.Length - start - 4);
    }

    private void WriteValue(OutputBuffer output, CopyColumn column, EncodeColumn values, CopyKind kind, int row)
    {
        if (kind is CopyKind.Text or CopyKind.Jsonb or CopyKind.Bytes)
        {
            ReadOnlySpan<byte> bytes = values.Bytes(row);
            int extra = kind == CopyKind.Jsonb ? 1 : 0;
            if (kind != CopyKind.Bytes)
            {
                CheckText(column, row, bytes);
            }

            byte* text = Put32(output.Reserve(bytes.Length + 5), bytes.Length + extra);
            if (extra == 1)
            {
                *text++ = 1;
            }

            bytes.CopyTo(new Span<byte>(text, bytes.Length));
            output.Advance(text + bytes.Length);
            return;
        }

        byte* to = output.Reserve(FixedBytes);
        output.Advance(kind switch
        {
            CopyKind.Boolean => PutBoolean(to, values.Flag(row)),
            CopyKind.Int2 => Put16(Put32(to, 2), (short)values.Integer(row)),
            CopyKind.Int4 => Put32(Put32(to, 4), (int)values.Integer(row)),
            CopyKind.Int8 => Put64(Put32(to, 8), values.Integer(row)),
            CopyKind.Float4 => Put32(Put32(to, 4), ((int*)values.Data)[row]),
            CopyKind.Float8 => Put64(Put32(to, 8), DoubleBits(values, row)),
            CopyKind.NumericOfInteger => PutNumeric(to, values.Integer(row), 0),
            CopyKind.NumericOfDecimal => PutNumeric(to, values.Decimal(row), values.Type.Scale),
            CopyKind.Uuid => PutUuid(to, column, row, values.Bytes(row)),
            CopyKind.Date => Put32(Put32(to, 4), ((int*)values.Data)[row] - EpochDays),
            CopyKind.Time => Put64(Put32(to, 8), ((int*)values.Data)[row] * 1000L),
            CopyKind.Timestamp => Put64(Put32(to, 8), Micros(column, values, row)),
            CopyKind.IntervalOfMonths => Put32(Put32(Put64(Put32(to, 16), 0), 0), ((int*)values.Data)[row]),
            CopyKind.IntervalOfMillis => Put32(Put32(Put64(Put32(to, 16), checked(((long*)values.Data)[row] * 1000)), 0), 0),
            _ => throw new InvariantException(9001, $"Kind of column is not known: {kind}."),
        });
    }

    private static byte* Put16(byte* to, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(new Span<byte>(to, 2), value);
        return to + 2;
    }

    private static byte* Put32(byte* to, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(new Span<byte>(to, 4), value);
        return to + 4;
    }

    private static byte* Put64(byte* to, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(new Span<byte>(to, 8), value);
        return to + 8;
    }

    private static byte* PutBoolean(byte* to, bool value)
    {
        to = Put32(to, 1);
        *to = value ? (byte)1 : (byte)0;
        return to + 1;
    }

    private static byte* PutNumeric(byte* to, Int128 unscaled, int scale)
    {
        int length = PostgresNumeric.Write(new Span<byte>(to + 4, PostgresNumeric.MaxBytes), unscaled, scale);
        Put32(to, length);
        return to + 4 + length;
    }

    private static long DoubleBits(EncodeColumn values, int row) => values.Kind == ColumnKind.Float32
        ? BitConverter.DoubleToInt64Bits(((float*)values.Data)[row])
        : ((long*)values.Data)[row];

    private byte* PutUuid(byte* to, CopyColumn column, int row, ReadOnlySpan<byte> text)
    {
        if (text.Length != 36 || !Utf8Parser.TryParse(text, out Guid value, out int used) || used != 36)
        {
            throw Wrong(column, row, $"is not a uuid: '{Shown(text)}'. Expected the form 01234567-89ab-cdef-0123-456789abcdef");
        }

        to = Put32(to, 16);
        value.TryWriteBytes(new Span<byte>(to, 16), bigEndian: true, out _);
        return to + 16;
    }

    private long Micros(CopyColumn column, EncodeColumn values, int row)
    {
        long value = ((long*)values.Data)[row];
        long micros = values.Unit switch
        {
            TimeUnit.Second => Scaled(column, row, value, 1_000_000),
            TimeUnit.Millisecond => Scaled(column, row, value, 1_000),
            TimeUnit.Microsecond => value,
            _ => throw new InvariantException(9001, $"Unit of a time is not known: {values.Unit}."),
        };
        return micros - (EpochSeconds * 1_000_000);
    }

    private long Scaled(CopyColumn column, int row, long value, long factor) =>
        Math.Abs((double)value * factor) < 9.2e18
            ? value * factor
            : throw Wrong(column, row, "is a time that PostgreSQL does not reach. Filter such rows");

    private void CheckText(CopyColumn column, int row, ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
        {
            throw Wrong(column, row, "holds the character U+0000, which PostgreSQL's text does not take. Use REPLACE or BYTES");
        }

        if (column.MaxLength >= 0 && text.Length > column.MaxLength && Characters(text) > column.MaxLength)
        {
            throw Wrong(
                column, row,
                $"has {Characters(text)} characters, and the database's column is {column.To.TypeText}: '{Shown(text)}'. "
                    + $"Use LEFT({column.Values.Name}, {column.MaxLength}), or widen the column");
        }
    }

    /// <summary>Counts characters: every byte that does not go on with one.</summary>
    private static int Characters(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte b in text)
        {
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    private static string Shown(ReadOnlySpan<byte> text) =>
        text.Length <= 60 ? Encoding.UTF8.GetString(text) : Encoding.UTF8.GetString(text[..60]) + "…";

    private ExternalException Wrong(CopyColumn column, int row, string what)
    {
        var keys = new StringBuilder();
        foreach (CopyColumn key in _columns)
        {
            string? value = !key.IsKey || key.Values.IsNull(row) ? null : key.Kind switch
            {
                CopyKind.Int2 or CopyKind.Int4 or CopyKind.Int8 =>
                    key.Values.Integer(row).ToString(CultureInfo.InvariantCulture),
                CopyKind.Text => $"'{Shown(key.Values.Bytes(row))}'",
                _ => null,
            };
            if (value is not null)
            {
                keys.Append(keys.Length == 0 ? ", row with " : ", ").Append(key.Values.Name).Append(" = ").Append(value);
            }
        }

        return new ExternalException(
            5051, $"Row does not fit table {table.Shown}: column {column.Values.Name} {what}{keys}.", retryable: false);
    }
}
