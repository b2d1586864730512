using System;
using System.Collections.Generic;
using System.Text.Json;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Arrow;

/// <summary>Reads the schemas of the JSON form in which Arrow implementations state what their golden files hold.</summary>
public static class IntegrationSchema
{
    /// <summary>Reads the fields of a schema, or the children of a field.</summary>
    public static ValueList<Field> Fields(JsonElement fields)
    {
        var list = new List<Field>();
        foreach (JsonElement field in fields.EnumerateArray())
        {
            ValueList<Field> children = Fields(field.GetProperty("children"));
            DataType type = Type(field.GetProperty("type"), children);
            long? id = null;
            if (field.TryGetProperty("dictionary", out JsonElement dictionary))
            {
                JsonElement index = dictionary.GetProperty("indexType");
                type = DataType.Dictionary(Type(index, default), type, dictionary.GetProperty("isOrdered").GetBoolean());
                id = dictionary.GetProperty("id").GetInt64();
            }

            list.Add(new Field(field.GetProperty("name").GetString()!, type, field.GetProperty("nullable").GetBoolean())
            {
                Metadata = Metadata(field),
                DictionaryId = id,
            });
        }

        return ValueList.From(list);
    }

    /// <summary>Reads the key-value metadata of a schema or field.</summary>
    public static ValueList<MetadataEntry> Metadata(JsonElement owner)
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
            "largeutf8" => DataType.LargeUtf8,
            "largebinary" => DataType.LargeBinary,
            "largelist" => DataType.LargeList(children[0]),
            "listview" => DataType.ListView(children[0]),
            "largelistview" => DataType.LargeListView(children[0]),
            "fixedsizelist" => DataType.FixedSizeList(children[0], type.GetProperty("listSize").GetInt32()),
            "union" => Union(type, children),
            "runendencoded" => DataType.RunEndEncoded(children[0].Type, children[1]) with { Children = children },
            "interval" => new DataType(type.GetProperty("unit").GetString() switch
            {
                "YEAR_MONTH" => TypeId.IntervalYearMonth,
                "DAY_TIME" => TypeId.IntervalDayTime,
                _ => TypeId.IntervalMonthDayNano,
            }),
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
                _ => DataType.Float16,
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

    private static DataType Union(JsonElement type, ValueList<Field> children)
    {
        var codes = new List<sbyte>();
        foreach (JsonElement code in type.GetProperty("typeIds").EnumerateArray())
        {
            codes.Add(code.GetSByte());
        }

        return type.GetProperty("mode").GetString() == "SPARSE"
            ? DataType.SparseUnion(children.Span, codes.ToArray())
            : DataType.DenseUnion(children.Span, codes.ToArray());
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
            32 => DataType.Decimal32(precision, scale),
            64 => DataType.Decimal64(precision, scale),
            256 => DataType.Decimal256(precision, scale),
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
}
