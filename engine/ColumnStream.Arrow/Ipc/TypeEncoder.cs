using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes types as the tables of the format's type union.</summary>
internal static class TypeEncoder
{
    /// <summary>Writes the table of a type, whose children are the field's.</summary>
    public static WireType Encode(FlatBufferWriter writer, DataType type, out int position)
    {
        int vector = type.Timezone is not null ? writer.WriteString(type.Timezone)
            : type.IsUnion ? WriteCodes(writer, type)
            : 0;
        writer.StartTable(3);
        if (vector != 0)
        {
            writer.AddOffset(1, vector);
        }

        WireType wire = AddFields(writer, type);
        position = writer.EndTable();
        return wire;
    }

    private static int WriteCodes(FlatBufferWriter writer, DataType type)
    {
        var codes = new int[type.TypeCodes.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = type.TypeCodes[i];
        }

        return writer.WriteVector<int>(codes);
    }

    private static WireType AddFields(FlatBufferWriter writer, DataType type)
    {
        switch (type.Id)
        {
            case TypeId.Int8 or TypeId.Int16 or TypeId.Int32 or TypeId.Int64:
                return AddInt(writer, type, signed: true);
            case TypeId.UInt8 or TypeId.UInt16 or TypeId.UInt32 or TypeId.UInt64:
                return AddInt(writer, type, signed: false);
            case TypeId.Float16 or TypeId.Float32 or TypeId.Float64:
                writer.Add(0, (short)(type.Id == TypeId.Float16 ? 0 : type.Id == TypeId.Float32 ? 1 : 2));
                return WireType.FloatingPoint;
            case TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256:
                writer.Add(0, type.Precision);
                writer.Add(1, type.Scale);
                writer.Add(2, type.ByteWidth * 8);
                return WireType.Decimal;
            case TypeId.FixedSizeBinary:
                writer.Add(0, type.FixedSize);
                return WireType.FixedSizeBinary;
            case TypeId.FixedSizeList:
                writer.Add(0, type.FixedSize);
                return WireType.FixedSizeList;
            case TypeId.Date32 or TypeId.Date64:
                writer.Add(0, (short)(type.Id == TypeId.Date32 ? 0 : 1));
                return WireType.Date;
            case TypeId.Time32 or TypeId.Time64:
                writer.Add(1, type.ByteWidth * 8);
                writer.Add(0, (short)type.Unit);
                return WireType.Time;
            case TypeId.Timestamp:
                writer.Add(0, (short)type.Unit);
                return WireType.Timestamp;
            case TypeId.Duration:
                writer.Add(0, (short)type.Unit);
                return WireType.Duration;
            case TypeId.IntervalYearMonth or TypeId.IntervalDayTime or TypeId.IntervalMonthDayNano:
                writer.Add(0, (short)(type.Id - TypeId.IntervalYearMonth));
                return WireType.Interval;
            case TypeId.Map:
                writer.Add(0, (byte)(type.IsOrdered ? 1 : 0));
                return WireType.Map;
            case TypeId.SparseUnion or TypeId.DenseUnion:
                writer.Add(0, (short)(type.Id == TypeId.SparseUnion ? 0 : 1));
                return WireType.Union;
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
        TypeId.LargeUtf8 => WireType.LargeUtf8,
        TypeId.Utf8View => WireType.Utf8View,
        TypeId.Binary => WireType.Binary,
        TypeId.LargeBinary => WireType.LargeBinary,
        TypeId.BinaryView => WireType.BinaryView,
        TypeId.List => WireType.List,
        TypeId.LargeList => WireType.LargeList,
        TypeId.ListView => WireType.ListView,
        TypeId.LargeListView => WireType.LargeListView,
        TypeId.Struct => WireType.Struct,
        TypeId.RunEndEncoded => WireType.RunEndEncoded,
        _ => throw new NotSupportedException($"Type has no wire form: {id}."),
    };
}
