using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes a schema as the format's Schema table.</summary>
internal static class SchemaEncoder
{
    /// <summary>Writes the table and returns its position.</summary>
    public static int Encode(FlatBufferWriter writer, Schema schema)
    {
        int metadata = EncodeMetadata(writer, schema.Metadata);
        int fields = EncodeFields(writer, schema.Fields);
        writer.StartTable(4);
        writer.AddOffset(1, fields);
        if (metadata != 0)
        {
            writer.AddOffset(2, metadata);
        }

        writer.Add<short>(0, 0);
        return writer.EndTable();
    }

    public static int EncodeMetadata(FlatBufferWriter writer, ValueList<MetadataEntry> entries)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        var tables = new int[entries.Count];
        for (int i = 0; i < tables.Length; i++)
        {
            int key = writer.WriteString(entries[i].Key);
            int value = writer.WriteString(entries[i].Value);
            writer.StartTable(2);
            writer.AddOffset(0, key);
            writer.AddOffset(1, value);
            tables[i] = writer.EndTable();
        }

        return writer.WriteOffsets(tables);
    }

    private static int EncodeFields(FlatBufferWriter writer, ValueList<Field> fields)
    {
        var tables = new int[fields.Count];
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = EncodeField(writer, fields[i]);
        }

        return writer.WriteOffsets(tables);
    }

    private static int EncodeField(FlatBufferWriter writer, Field field)
    {
        int metadata = EncodeMetadata(writer, field.Metadata);
        int children = EncodeFields(writer, field.Type.Children);
        WireType wire = EncodeType(writer, field.Type, out int type);
        int name = writer.WriteString(field.Name);
        writer.StartTable(7);
        writer.AddOffset(0, name);
        writer.AddOffset(3, type);
        writer.AddOffset(5, children);
        if (metadata != 0)
        {
            writer.AddOffset(6, metadata);
        }

        writer.Add(1, (byte)(field.Nullable ? 1 : 0));
        writer.Add(2, (byte)wire);
        return writer.EndTable();
    }

    private static WireType EncodeType(FlatBufferWriter writer, DataType type, out int position)
    {
        int timezone = type.Timezone is null ? 0 : writer.WriteString(type.Timezone);
        writer.StartTable(3);
        WireType wire = AddFields(writer, type, timezone);
        position = writer.EndTable();
        return wire;
    }

    private static WireType AddFields(FlatBufferWriter writer, DataType type, int timezone)
    {
        switch (type.Id)
        {
            case TypeId.Int8 or TypeId.Int16 or TypeId.Int32 or TypeId.Int64:
                return AddInt(writer, type, signed: true);
            case TypeId.UInt8 or TypeId.UInt16 or TypeId.UInt32 or TypeId.UInt64:
                return AddInt(writer, type, signed: false);
            case TypeId.Float32 or TypeId.Float64:
                writer.Add(0, (short)(type.Id == TypeId.Float32 ? 1 : 2));
                return WireType.FloatingPoint;
            case TypeId.Decimal64 or TypeId.Decimal128:
                writer.Add(0, type.Precision);
                writer.Add(1, type.Scale);
                writer.Add(2, type.ByteWidth * 8);
                return WireType.Decimal;
            case TypeId.FixedSizeBinary:
                writer.Add(0, type.FixedSize);
                return WireType.FixedSizeBinary;
            case TypeId.Date32 or TypeId.Date64:
                writer.Add(0, (short)(type.Id == TypeId.Date32 ? 0 : 1));
                return WireType.Date;
            case TypeId.Time32 or TypeId.Time64:
                writer.Add(1, type.ByteWidth * 8);
                writer.Add(0, (short)type.Unit);
                return WireType.Time;
            case TypeId.Timestamp:
                if (timezone != 0)
                {
                    writer.AddOffset(1, timezone);
                }

                writer.Add(0, (short)type.Unit);
                return WireType.Timestamp;
            case TypeId.Map:
                writer.Add(0, (byte)(type.IsOrdered ? 1 : 0));
                return WireType.Map;
            case TypeId.Duration:
                writer.Add(0, (short)type.Unit);
                return WireType.Duration;
            default:
                return Plain(type.Id);
        }
    }

    private static WireType AddInt(FlatBufferWriter writer, DataType type, bool signed)
    {
        writer.Add(0, type.ByteWidth * 8);
        writer.Add(1, (byte)(signed ? 1 : 0));
        return WireType.Int;
    }

    private static WireType Plain(TypeId id) => id switch
    {
        TypeId.Null => WireType.Null,
        TypeId.Bool => WireType.Bool,
        TypeId.Utf8 => WireType.Utf8,
        TypeId.Utf8View => WireType.Utf8View,
        TypeId.Binary => WireType.Binary,
        TypeId.BinaryView => WireType.BinaryView,
        TypeId.List => WireType.List,
        TypeId.Struct => WireType.Struct,
        _ => throw new NotSupportedException($"Type has no wire form: {id}."),
    };
}
