using System;
using System.Buffers.Text;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Connectors.Formats.Debezium;

/// <summary>Makes METADATA columns of what envelopes say beside the images: times, and where a change comes from.</summary>
/// <remarks>Fields are read only where a query wants a column of them; <c>source</c> as a map, since each database fills it otherwise.</remarks>
internal sealed unsafe class EnvelopeMetadata
{
    private const string SchemaKey = "schema";
    private const string IngestionKey = "ingestion-timestamp";
    private const string TimeKey = "source.timestamp";
    private const string PropertiesKey = "source.properties";
    private readonly FormatContext _table;
    private readonly List<string> _wanted = [];
    private readonly int _source;
    private readonly int _time;

    /// <summary>Learns which columns of <paramref name="table"/> are wanted.</summary>
    /// <param name="table">The table.</param>
    /// <param name="envelope">The fields of an envelope; those that are needed are added.</param>
    public EnvelopeMetadata(FormatContext table, List<SqlField> envelope)
    {
        _table = table;
        foreach (int column in table.Projection)
        {
            if (column >= table.Columns.Count)
            {
                _wanted.Add(table.MetadataKeys[column - table.Columns.Count]);
            }
        }

        NeedsSchema = _wanted.Contains(SchemaKey);
        _source = envelope.Count;
        if (_wanted.Exists(static key => key.StartsWith("source.", StringComparison.Ordinal)))
        {
            envelope.Add(new SqlField("source", Properties));
        }

        _time = envelope.Count;
        if (_wanted.Contains(IngestionKey))
        {
            envelope.Add(new SqlField("ts_ms", SqlType.BigInt));
        }
    }

    /// <summary>Gets all keys.</summary>
    public static IReadOnlyList<MetadataKey> Keys { get; } =
    [
        new(SchemaKey, SqlType.String, "Schema of the envelope as JSON, where it is included."),
        new(IngestionKey, SqlType.TimestampLtz(3), "When the connector processed the change: ts_ms."),
        new(TimeKey, SqlType.TimestampLtz(3), "When the change was made in the source: source.ts_ms."),
        new("source.database", SqlType.String, "Database of the source: source.db."),
        new("source.schema", SqlType.String, "Schema of the source: source.schema."),
        new("source.table", SqlType.String, "Table of the source: source.table."),
        new(PropertiesKey, Properties, "All that is known of the source."),
    ];

    /// <summary>Gets whether the schema beside the payload is wanted.</summary>
    public bool NeedsSchema { get; }

    /// <summary>Gets the number of columns.</summary>
    public int Count => _wanted.Count;

    private static SqlType Properties => SqlType.Map(SqlType.String, SqlType.String);

    /// <summary>Makes the wanted columns, a row an envelope, in the order of the projection.</summary>
    /// <param name="fields">The columns of envelopes.</param>
    /// <param name="schema">The column of schemas; null where none is included.</param>
    /// <param name="rows">The number of envelopes.</param>
    public ArrayData[] Read(ArrayData[] fields, ArrayData? schema, int rows)
    {
        var columns = new ArrayData[_wanted.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _wanted[i] switch
            {
                SchemaKey => schema?.Retain() ?? Nulls(rows),
                IngestionKey => Times((FixedWidthArray)fields[_time]),
                PropertiesKey => fields[_source].Retain(),
                TimeKey => Times((MapArray)fields[_source]),
                "source.database" => Texts((MapArray)fields[_source], "db"u8),
                "source.schema" => Texts((MapArray)fields[_source], "schema"u8),
                _ => Texts((MapArray)fields[_source], "table"u8),
            };
        }

        return columns;
    }

    private static DataType TimeType => SqlType.TimestampLtz(3).ToArrow();

    private static FixedWidthArray Times(FixedWidthArray numbers) => new(
        TimeType,
        numbers.Length,
        numbers.ValuesBuffer.Retain(),
        numbers.Pointer,
        numbers.ValidityBuffer?.Retain(),
        numbers.Validity);

    private ArrayData Nulls(int rows)
    {
        using var builder = new ViewBuilder(SqlType.String.ToArrow(), _table.Allocator, rows);
        for (int i = 0; i < rows; i++)
        {
            builder.AppendNull();
        }

        return builder.Finish();
    }

    private ArrayData Times(MapArray source)
    {
        using var builder = new FixedWidthBuilder(TimeType, _table.Allocator, source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            int entry = Find(source, i, "ts_ms"u8);
            ReadOnlySpan<byte> text = entry < 0 ? default : ((ViewArray)source.Values).GetBytes(entry);
            if (Utf8Parser.TryParse(text, out long value, out int used) && used == text.Length)
            {
                builder.Append(value);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Finish();
    }

    private ArrayData Texts(MapArray source, ReadOnlySpan<byte> key)
    {
        using var builder = new ViewBuilder(SqlType.String.ToArrow(), _table.Allocator, source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            int entry = Find(source, i, key);
            if (entry < 0)
            {
                builder.AppendNull();
            }
            else
            {
                builder.Append(((ViewArray)source.Values).GetBytes(entry));
            }
        }

        return builder.Finish();
    }

    /// <summary>Returns the entry of a key whose value is not NULL, or −1.</summary>
    private static int Find(MapArray source, int row, ReadOnlySpan<byte> key)
    {
        if (source.IsNull(row))
        {
            return -1;
        }

        var keys = (ViewArray)source.Keys;
        for (int entry = source.Offsets[row + 1] - 1; entry >= source.Offsets[row]; entry--)
        {
            if (keys.GetBytes(entry).SequenceEqual(key))
            {
                return source.Values.IsNull(entry) ? -1 : entry;
            }
        }

        return -1;
    }
}
