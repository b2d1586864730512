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
public static class IntegrationJson
{
    /// <summary>Reads a .json or .json.gz file; the caller releases the batches.</summary>
    /// <exception cref="NotSupportedException">A type that is not had here; the message is its name.</exception>
    public static (Schema Schema, List<RecordBatch> Batches) Read(string path, BufferAllocator allocator)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        JsonElement schemaJson = root.GetProperty("schema");
        var schema = new Schema(Fields(schemaJson.GetProperty("fields"))) { Metadata = Metadata(schemaJson) };
        var batches = new List<RecordBatch>();
        foreach (JsonElement batch in root.GetProperty("batches").EnumerateArray())
        {
            var columns = new ArrayData[schema.Fields.Count];
            JsonElement columnsJson = batch.GetProperty("columns");
            for (int i = 0; i < columns.Length; i++)
            {
                using ColumnBuilder builder = ColumnBuilder.Create(schema.Fields[i].Type, allocator);
                int count = columnsJson[i].GetProperty("count").GetInt32();
                for (int row = 0; row < count; row++)
                {
                    Append(builder, columnsJson[i], row);
                }

                columns[i] = builder.Finish();
            }

            batches.Add(new RecordBatch(schema, columns, batch.GetProperty("count").GetInt32()));
        }

        return (schema, batches);
    }

    private static ValueList<Field> Fields(JsonElement fields)
    {
        var list = new List<Field>();
        foreach (JsonElement field in fields.EnumerateArray())
        {
            if (field.TryGetProperty("dictionary", out _))
            {
                throw new NotSupportedException("dictionary");
            }

            ValueList<Field> children = Fields(field.GetProperty("children"));
            DataType type = Type(field.GetProperty("type"), children);
            list.Add(new Field(field.GetProperty("name").GetString()!, type, field.GetProperty("nullable").GetBoolean())
            {
                Metadata = Metadata(field),
            });
        }

        return ValueList.From(list);
    }

    private static ValueList<MetadataEntry> Metadata(JsonElement owner)
    {
        var entries = new List<MetadataEntry>();
        if (owner.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement entry in metadata.EnumerateArray())
            {
                entries.Add(new MetadataEntry(
                    entry.GetProperty("key").GetString()!, entry.GetProperty("value").GetString()!));
            }
        }

        return entries.Count == 0 ? default : ValueList.From(entries);
    }

    private static DataType Type(JsonElement type, ValueList<Field> children)
    {
        string name = type.GetProperty("name").GetString()!;
        return name switch
        {
            "null" => DataType.Null,
            "bool" => DataType.Bool,
            "utf8" => DataType.Utf8,
            "binary" => DataType.Binary,
            "utf8view" => DataType.Utf8View,
            "binaryview" => DataType.BinaryView,
            "list" => DataType.List(children[0]),
            "struct" => DataType.Struct(children.Span),
            "map" => new DataType(TypeId.Map)
            {
                Children = [children[0]], IsOrdered = type.GetProperty("keysSorted").GetBoolean(),
            },
            "int" => Int(type.GetProperty("bitWidth").GetInt32(), type.GetProperty("isSigned").GetBoolean()),
            "floatingpoint" => type.GetProperty("precision").GetString() switch
            {
                "SINGLE" => DataType.Float32,
                "DOUBLE" => DataType.Float64,
                _ => throw new NotSupportedException("float16"),
            },
            "decimal" => Decimal(type),
            "fixedsizebinary" => DataType.FixedSizeBinary(type.GetProperty("byteWidth").GetInt32()),
            "date" => type.GetProperty("unit").GetString() == "DAY" ? DataType.Date32 : new DataType(TypeId.Date64),
            "time" => type.GetProperty("bitWidth").GetInt32() == 32
                ? DataType.Time32(Unit(type))
                : DataType.Time64(Unit(type)),
            "timestamp" => DataType.Timestamp(
                Unit(type), type.TryGetProperty("timezone", out JsonElement zone) ? zone.GetString() : null),
            "duration" => new DataType(TypeId.Duration) { Unit = Unit(type) },
            _ => throw new NotSupportedException(name),
        };
    }

    private static DataType Int(int bits, bool signed) => new((bits, signed) switch
    {
        (8, true) => TypeId.Int8,
        (16, true) => TypeId.Int16,
        (32, true) => TypeId.Int32,
        (64, true) => TypeId.Int64,
        (8, false) => TypeId.UInt8,
        (16, false) => TypeId.UInt16,
        (32, false) => TypeId.UInt32,
        _ => TypeId.UInt64,
    });

    private static DataType Decimal(JsonElement type)
    {
        int bits = type.TryGetProperty("bitWidth", out JsonElement width) ? width.GetInt32() : 128;
        int precision = type.GetProperty("precision").GetInt32();
        int scale = type.GetProperty("scale").GetInt32();
        return bits switch
        {
            64 => DataType.Decimal64(precision, scale),
            128 => DataType.Decimal128(precision, scale),
            _ => throw new NotSupportedException($"decimal{bits}"),
        };
    }

    private static TimeUnit Unit(JsonElement type) => type.GetProperty("unit").GetString() switch
    {
        "SECOND" => TimeUnit.Second,
        "MILLISECOND" => TimeUnit.Millisecond,
        "MICROSECOND" => TimeUnit.Microsecond,
        _ => TimeUnit.Nanosecond,
    };

    private static void Append(ColumnBuilder builder, JsonElement column, int row)
    {
        if (builder is NullBuilder
            || (column.TryGetProperty("VALIDITY", out JsonElement validity) && validity[row].GetInt32() == 0))
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case ViewBuilder views:
                views.Append(View(column, row, views.Type.Id == TypeId.Utf8View));
                break;
            case ListBuilder list:
                JsonElement offsets = column.GetProperty("OFFSET");
                for (int i = Int32(offsets[row]); i < Int32(offsets[row + 1]); i++)
                {
                    Append(list.Items, column.GetProperty("children")[0], i);
                }

                list.AppendList();
                break;
            case MapBuilder map:
                JsonElement starts = column.GetProperty("OFFSET");
                JsonElement entries = column.GetProperty("children")[0].GetProperty("children");
                for (int i = Int32(starts[row]); i < Int32(starts[row + 1]); i++)
                {
                    Append(map.Keys, entries[0], i);
                    Append(map.Values, entries[1], i);
                }

                map.AppendMap();
                break;
            case StructBuilder record:
                for (int i = 0; i < record.Fields.Length; i++)
                {
                    Append(record.Fields[i], column.GetProperty("children")[i], row);
                }

                record.AppendStruct();
                break;
            default:
                AppendValue(builder, column.GetProperty("DATA")[row]);
                break;
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
                text.Append(text.Type.Id == TypeId.Utf8
                    ? Encoding.UTF8.GetBytes(value.GetString()!)
                    : Convert.FromHexString(value.GetString()!));
                break;
            case FixedWidthBuilder fixedWidth when fixedWidth.Type.Id == TypeId.FixedSizeBinary:
                fixedWidth.AppendBytes(Convert.FromHexString(value.GetString()!));
                break;
            case FixedWidthBuilder fixedWidth when fixedWidth.Type.Id == TypeId.Float32:
                fixedWidth.Append(value.GetSingle());
                break;
            case FixedWidthBuilder fixedWidth when fixedWidth.Type.Id == TypeId.Float64:
                fixedWidth.Append(value.GetDouble());
                break;
            case FixedWidthBuilder fixedWidth:
                string digits = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                Int128 number = (Int128)BigInteger.Parse(digits, CultureInfo.InvariantCulture);
                Span<byte> bytes = stackalloc byte[16];
                BinaryPrimitives.WriteInt128LittleEndian(bytes, number);
                fixedWidth.AppendBytes(bytes[..fixedWidth.Type.ByteWidth]);
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }

    private static byte[] View(JsonElement column, int row, bool text)
    {
        JsonElement view = column.GetProperty("VIEWS")[row];
        int size = view.GetProperty("SIZE").GetInt32();
        if (view.TryGetProperty("INLINED", out JsonElement inlined))
        {
            string value = inlined.GetString()!;
            return text ? Encoding.UTF8.GetBytes(value) : Convert.FromHexString(value);
        }

        string buffer = column.GetProperty("VARIADIC_DATA_BUFFERS")[view.GetProperty("BUFFER_INDEX").GetInt32()]
            .GetString()!;
        return Convert.FromHexString(buffer.AsSpan(view.GetProperty("OFFSET").GetInt32() * 2, size * 2));
    }

    private static int Int32(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? int.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : value.GetInt32();
}
