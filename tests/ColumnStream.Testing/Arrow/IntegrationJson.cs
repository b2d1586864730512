using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Arrow;

/// <summary>Reads the JSON form in which Arrow implementations state what their golden files hold.</summary>
public sealed class IntegrationJson
{
    private readonly Dictionary<long, JsonElement> _dictionaries = [];

    private IntegrationJson(JsonElement root)
    {
        if (root.TryGetProperty("dictionaries", out JsonElement dictionaries))
        {
            foreach (JsonElement dictionary in dictionaries.EnumerateArray())
            {
                JsonElement column = dictionary.GetProperty("data").GetProperty("columns")[0];
                _dictionaries.Add(dictionary.GetProperty("id").GetInt64(), column);
            }
        }
    }

    /// <summary>Reads a .json or .json.gz file; the caller releases the batches.</summary>
    public static (Schema Schema, List<RecordBatch> Batches) Read(string path, BufferAllocator allocator)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        JsonElement schemaJson = root.GetProperty("schema");
        var schema = new Schema(IntegrationSchema.Fields(schemaJson.GetProperty("fields")))
        {
            Metadata = IntegrationSchema.Metadata(schemaJson),
        };
        var reader = new IntegrationJson(root);
        var batches = new List<RecordBatch>();
        foreach (JsonElement batch in root.GetProperty("batches").EnumerateArray())
        {
            var columns = new ArrayData[schema.Fields.Count];
            JsonElement columnsJson = batch.GetProperty("columns");
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = reader.Column(schema.Fields[i], columnsJson[i], allocator);
            }

            batches.Add(new RecordBatch(schema, columns, batch.GetProperty("count").GetInt32()));
        }

        return (schema, batches);
    }

    private ArrayData Column(Field field, JsonElement column, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(field.Type, allocator);
        int count = column.GetProperty("count").GetInt32();
        if (builder is RunEndBuilder runs)
        {
            JsonElement ends = column.GetProperty("children")[0].GetProperty("DATA");
            for (int i = 0; i < ends.GetArrayLength(); i++)
            {
                Append(runs.Values, field.Type.Children[1], column.GetProperty("children")[1], i);
                runs.AppendRun(Int32(ends[i]) - runs.Length);
            }

            return runs.Finish();
        }

        for (int row = 0; row < count; row++)
        {
            Append(builder, field, column, row);
        }

        return builder.Finish();
    }

    private void Append(ColumnBuilder builder, Field field, JsonElement column, int row)
    {
        if (builder is NullBuilder
            || (column.TryGetProperty("VALIDITY", out JsonElement validity) && builder is not UnionBuilder
                && validity[row].GetInt32() == 0))
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case ViewBuilder views:
                views.Append(View(column, row, views.Type.Id == TypeId.Utf8View));
                break;
            case MapBuilder map:
                JsonElement entries = column.GetProperty("children")[0].GetProperty("children");
                for (int i = Start(column, row); i < Start(column, row + 1); i++)
                {
                    Append(map.Keys, field.Type.KeyField, entries[0], i);
                    Append(map.Values, field.Type.ValueField, entries[1], i);
                }

                map.AppendMap();
                break;
            case StructBuilder record:
                for (int i = 0; i < record.Fields.Length; i++)
                {
                    Append(record.Fields[i], field.Type.Children[i], column.GetProperty("children")[i], row);
                }

                record.AppendStruct();
                break;
            case UnionBuilder union:
                int child = union.Type.TypeCodes.Span.IndexOf(column.GetProperty("TYPE_ID")[row].GetSByte());
                bool dense = union.Type.Id == TypeId.DenseUnion;
                JsonElement childColumn = column.GetProperty("children")[child];
                Append(union.Fields[child], field.Type.Children[child], childColumn, dense ? Start(column, row) : row);
                union.AppendUnion(child);
                break;
            case DictionaryBuilder dictionary:
                FillDictionary(dictionary, field);
                dictionary.AppendIndex(Int32(column.GetProperty("DATA")[row]));
                break;
            case ListBuilder or LargeListBuilder or ListViewBuilder or FixedSizeListBuilder:
                AppendList(builder, field, column, row);
                break;
            default:
                AppendValue(builder, column.GetProperty("DATA")[row]);
                break;
        }
    }

    private void AppendList(ColumnBuilder builder, Field field, JsonElement column, int row)
    {
        int start = builder is FixedSizeListBuilder ? row * builder.Type.FixedSize : Start(column, row);
        int end = builder switch
        {
            FixedSizeListBuilder => start + builder.Type.FixedSize,
            ListViewBuilder => start + Int32(column.GetProperty("SIZE")[row]),
            _ => Start(column, row + 1),
        };
        (ColumnBuilder items, Action close) = builder switch
        {
            ListBuilder b => (b.Items, (Action)b.AppendList),
            LargeListBuilder b => (b.Items, b.AppendList),
            ListViewBuilder b => (b.Items, b.AppendList),
            FixedSizeListBuilder b => (b.Items, b.AppendList),
            _ => throw new NotSupportedException(builder.Type.ToString()),
        };
        for (int i = start; i < end; i++)
        {
            Append(items, field.Type.Children[0], column.GetProperty("children")[0], i);
        }

        close();
    }

    private void FillDictionary(DictionaryBuilder builder, Field field)
    {
        JsonElement column = _dictionaries[field.DictionaryId!.Value];
        int count = column.GetProperty("count").GetInt32();
        for (int i = builder.Values.Length; i < count; i++)
        {
            Append(builder.Values, field.Type.Children[0], column, i);
        }
    }

    private static void AppendValue(ColumnBuilder builder, JsonElement value)
    {
        switch (builder)
        {
            case BooleanBuilder bits:
                bits.Append(value.ValueKind == JsonValueKind.Number ? value.GetInt32() != 0 : value.GetBoolean());
                break;
            case BinaryBuilder text:
                text.Append(Bytes(value, text.Type.Id == TypeId.Utf8));
                break;
            case LargeBinaryBuilder text:
                text.Append(Bytes(value, text.Type.Id == TypeId.LargeUtf8));
                break;
            case FixedWidthBuilder values:
                AppendFixed(values, value);
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }

    private static void AppendFixed(FixedWidthBuilder builder, JsonElement value)
    {
        switch (builder.Type.Id)
        {
            case TypeId.FixedSizeBinary:
                builder.AppendBytes(Convert.FromHexString(value.GetString()!));
                break;
            case TypeId.Float16:
                builder.Append((Half)value.GetDouble());
                break;
            case TypeId.Float32:
                builder.Append(value.GetSingle());
                break;
            case TypeId.Float64:
                builder.Append(value.GetDouble());
                break;
            case TypeId.IntervalDayTime:
                long days = (uint)value.GetProperty("days").GetInt32();
                builder.Append(days | ((long)value.GetProperty("milliseconds").GetInt32() << 32));
                break;
            case TypeId.IntervalMonthDayNano:
                Span<byte> parts = stackalloc byte[16];
                BinaryPrimitives.WriteInt32LittleEndian(parts, value.GetProperty("months").GetInt32());
                BinaryPrimitives.WriteInt32LittleEndian(parts[4..], value.GetProperty("days").GetInt32());
                BinaryPrimitives.WriteInt64LittleEndian(parts[8..], value.GetProperty("nanoseconds").GetInt64());
                builder.AppendBytes(parts);
                break;
            default:
                string digits = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                BigInteger number = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
                Span<byte> bytes = stackalloc byte[40];
                bytes.Fill((byte)(number.Sign < 0 ? 0xFF : 0));
                number.TryWriteBytes(bytes, out _);
                builder.AppendBytes(bytes[..builder.Type.ByteWidth]);
                break;
        }
    }

    private static byte[] Bytes(JsonElement value, bool isText) =>
        isText ? Encoding.UTF8.GetBytes(value.GetString()!) : Convert.FromHexString(value.GetString()!);

    private static byte[] View(JsonElement column, int row, bool text)
    {
        JsonElement view = column.GetProperty("VIEWS")[row];
        int size = view.GetProperty("SIZE").GetInt32();
        if (view.TryGetProperty("INLINED", out JsonElement inlined))
        {
            return Bytes(inlined, text);
        }

        string buffer = column.GetProperty("VARIADIC_DATA_BUFFERS")[view.GetProperty("BUFFER_INDEX").GetInt32()]
            .GetString()!;
        return Convert.FromHexString(buffer.AsSpan(view.GetProperty("OFFSET").GetInt32() * 2, size * 2));
    }

    private static int Start(JsonElement column, int row) => Int32(column.GetProperty("OFFSET")[row]);

    private static int Int32(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? int.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : value.GetInt32();
}
