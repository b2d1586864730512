using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats.Debezium;

/// <summary>Reads change envelopes: a create or snapshot read is +I, an update −U and +U, a delete −D; tombstones are nothing.</summary>
/// <remarks>Envelopes are decoded as records of <c>before</c>, <c>after</c> and <c>op</c>; changes are taken from them by batch.</remarks>
internal sealed unsafe class DebeziumDecoder : JsonDecoder
{
    private readonly FormatContext _table;
    private readonly DecodeColumn? _payload;
    private readonly DecodeColumn _before;
    private readonly DecodeColumn _after;
    private readonly DecodeColumn _op;
    private readonly Schema _schema;
    private readonly EnvelopeMetadata _metadata;
    private readonly List<int> _rows = [];
    private readonly List<RowKind> _kinds = [];

    private DebeziumDecoder(
        FormatContext table, FormatContext envelopes, JsonOptions options, bool includesSchema, EnvelopeMetadata metadata)
        : base(envelopes, options, predicts: true, checks: true)
    {
        _table = table;
        _metadata = metadata;
        _schema = table.OutputSchema();
        _payload = includesSchema ? Columns.Root.Children[0] : null;
        DecodeColumn[] fields = (_payload ?? Columns.Root).Children;
        (_before, _after, _op) = (fields[0], fields[1], fields[2]);
    }

    /// <summary>Makes a decoder of a table's envelopes.</summary>
    public static DebeziumDecoder Create(FormatContext table, JsonOptions options, bool includesSchema)
    {
        SqlType image = SqlType.Row(table.Columns);
        List<SqlField> fields =
            [new SqlField("before", image), new SqlField("after", image), new SqlField("op", SqlType.String)];
        var metadata = new EnvelopeMetadata(table, fields);
        ValueList<SqlField> columns = ValueList.From(fields);
        if (includesSchema)
        {
            var payload = new SqlField("payload", SqlType.Row(columns));
            columns = metadata.NeedsSchema ? [payload, new SqlField("schema", SqlType.String)] : [payload];
        }

        FormatContext envelopes = FormatContext.AllColumns(table.TableName, columns, table.Options, table.Allocator) with
        {
            MaxRows = Math.Max(1, table.MaxRows / 2),
            MaxBatchBytes = table.MaxBatchBytes,
            BlockBytes = table.BlockBytes,
            MaxRecordBytes = table.MaxRecordBytes,
        };
        return new DebeziumDecoder(table, envelopes, options, includesSchema, metadata);
    }

    /// <inheritdoc/>
    public override StreamBatch? TakeRows()
    {
        RecordBatch? envelopes = TakeBatch();
        if (envelopes is null)
        {
            return null;
        }

        ArrayData[] extra = [];
        try
        {
            ArrayData[] fields = _payload is null ? envelopes.Columns : ((StructArray)envelopes.Columns[0]).Fields;
            bool onlyInserts = Read((ViewArray)fields[2]);
            if (_rows.Count == 0)
            {
                return null;
            }

            ArrayData? schema = _payload is not null && _metadata.NeedsSchema ? envelopes.Columns[1] : null;
            extra = _metadata.Read(fields, schema, envelopes.Length);
            return onlyInserts && _rows.Count == envelopes.Length
                ? new StreamBatch(Inserts((StructArray)fields[1], extra, envelopes.Length))
                : Changes((StructArray)fields[0], (StructArray)fields[1], extra);
        }
        finally
        {
            envelopes.Release();
            foreach (ArrayData column in extra)
            {
                column.Release();
            }
        }
    }

    private protected override byte* SkipBlank(byte* p)
    {
        p = JsonGrammar.SkipWhite(p);
        return JsonGrammar.IsWord(p, "null"u8) && *JsonGrammar.SkipWhite(p + 4) == '\n' ? JsonGrammar.SkipWhite(p + 4) : p;
    }

    private protected override bool Accept(int row, byte* record)
    {
        if (_payload is not null && IsNull(_payload, row))
        {
            return true;
        }

        if (IsNull(_op, row))
        {
            return Accuse(record, DecodeErrorCode.MissingField, _op, "field is missing or null; expected c, r, u or d");
        }

        StringView op = ((StringView*)_op.Data)[row];
        byte deed = op.Length == 1 ? (byte)op.Prefix : (byte)0;
        if (deed is not ((byte)'c' or (byte)'r' or (byte)'u' or (byte)'d'))
        {
            return Accuse(record, DecodeErrorCode.BadValue, _op, "operation is none of c, r, u and d");
        }

        if (deed is (byte)'u' or (byte)'d' && IsNull(_before, row))
        {
            string verb = deed == 'u' ? "an update" : "a delete";
            return Accuse(
                record, DecodeErrorCode.NullValue, _before,
                $"{verb} needs the old image, got none; a PostgreSQL table gives it with REPLICA IDENTITY FULL");
        }

        return deed == 'd' || !IsNull(_after, row)
            || Accuse(record, DecodeErrorCode.NullValue, _after, "a create, read or update needs the new image, got none");
    }

    private static bool IsNull(DecodeColumn column, int row) => column.Valid is not null && !Bitmap.Get(column.Valid, row);

    /// <summary>Lists the changes: a row of the old images followed by the new ones, and its kind.</summary>
    private bool Read(ViewArray ops)
    {
        int count = ops.Length;
        bool onlyInserts = true;
        _rows.Clear();
        _kinds.Clear();
        for (int i = 0; i < count; i++)
        {
            if (ops.IsNull(i))
            {
                continue;
            }

            switch (ops.GetBytes(i)[0])
            {
                case (byte)'u':
                    Add(i, RowKind.UpdateBefore);
                    Add(count + i, RowKind.UpdateAfter);
                    onlyInserts = false;
                    break;
                case (byte)'d':
                    Add(i, RowKind.Delete);
                    onlyInserts = false;
                    break;
                default:
                    Add(count + i, RowKind.Insert);
                    break;
            }
        }

        return onlyInserts;
    }

    private void Add(int row, RowKind kind)
    {
        _rows.Add(row);
        _kinds.Add(kind);
    }

    private RecordBatch Inserts(StructArray after, ArrayData[] metadata, int count)
    {
        var columns = new ArrayData[_table.Projection.Count];
        int next = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            int field = _table.Projection[i];
            columns[i] = (field < _table.Columns.Count ? after.Fields[field] : metadata[next++]).Retain();
        }

        return new RecordBatch(_schema, columns, count);
    }

    private StreamBatch Changes(StructArray before, StructArray after, ArrayData[] metadata)
    {
        ReadOnlySpan<int> rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows);
        int[] envelopes = metadata.Length == 0 ? [] : new int[rows.Length];
        for (int i = 0; i < envelopes.Length; i++)
        {
            envelopes[i] = rows[i] % before.Length;
        }

        var columns = new ArrayData[_table.Projection.Count];
        int next = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            int field = _table.Projection[i];
            if (field >= _table.Columns.Count)
            {
                columns[i] = TakeKernel.Take(metadata[next++], envelopes, _table.Allocator);
                continue;
            }

            ArrayData both = ArrayConcat.Concat([before.Fields[field], after.Fields[field]], _table.Allocator);
            columns[i] = TakeKernel.Take(both, rows, _table.Allocator);
            both.Release();
        }

        NativeBuffer kinds = _table.Allocator.Allocate(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            kinds.Pointer[i] = (byte)_kinds[i];
        }

        kinds.Length = rows.Length;
        return new StreamBatch(new RecordBatch(_schema, columns, rows.Length), kinds);
    }
}
