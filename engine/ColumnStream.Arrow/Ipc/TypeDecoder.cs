using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Makes a type of a field's type table; refuses what the format does not allow by field and name.</summary>
internal static class TypeDecoder
{
    private const int TypeCodes = 128;

    /// <summary>Far beyond any digit; the format has no limit, but printing a value must have one.</summary>
    private const int MaxScale = 1000;

    public static DataType Decode(FlatTable field, WireType wire, string path, Field[] children)
    {
        FlatTable type = field.GetTable(3, "type");
        int wanted = wire switch
        {
            WireType.List or WireType.LargeList or WireType.ListView or WireType.LargeListView
                or WireType.FixedSizeList or WireType.Map => 1,
            WireType.RunEndEncoded => 2,
            WireType.Struct or WireType.Union => children.Length,
            _ => 0,
        };
        return children.Length == wanted
            ? DecodeType(field, type, wire, path, children)
            : throw Invalid(type, path, $"{wire} of {children.Length} children");
    }

    /// <summary>Reads an Int table: also that of dictionary indexes.</summary>
    public static DataType DecodeInt(FlatTable type, string path)
    {
        bool signed = type.Get<byte>(1, 0) != 0;
        return type.Get(0, 0) switch
        {
            8 => signed ? DataType.Int8 : new DataType(TypeId.UInt8),
            16 => signed ? DataType.Int16 : new DataType(TypeId.UInt16),
            32 => signed ? DataType.Int32 : new DataType(TypeId.UInt32),
            64 => signed ? DataType.Int64 : new DataType(TypeId.UInt64),
            int bits => throw Invalid(type, path, $"integer of {bits} bits"),
        };
    }

    private static DataType DecodeType(FlatTable field, FlatTable type, WireType wire, string path, Field[] children)
    {
        switch (wire)
        {
            case WireType.Null:
                return DataType.Null;
            case WireType.Bool:
                return DataType.Bool;
            case WireType.Utf8:
                return DataType.Utf8;
            case WireType.LargeUtf8:
                return DataType.LargeUtf8;
            case WireType.Binary:
                return DataType.Binary;
            case WireType.LargeBinary:
                return DataType.LargeBinary;
            case WireType.Utf8View:
                return DataType.Utf8View;
            case WireType.BinaryView:
                return DataType.BinaryView;
            case WireType.Int:
                return DecodeInt(type, path);
            case WireType.FloatingPoint:
                return type.Get<short>(0, 0) switch
                {
                    0 => DataType.Float16,
                    1 => DataType.Float32,
                    2 => DataType.Float64,
                    short precision => throw Invalid(field, path, $"float of precision {precision}"),
                };
            case WireType.Decimal:
                return DecodeDecimal(type, path);
            case WireType.FixedSizeBinary:
                int bytes = type.Get(0, 0);
                return bytes >= 0
                    ? DataType.FixedSizeBinary(bytes)
                    : throw Invalid(field, path, $"fixed-size binary of {bytes} bytes");
            case WireType.Date or WireType.Time or WireType.Timestamp or WireType.Duration or WireType.Interval:
                return DecodeTemporal(type, wire, path);
            case WireType.List or WireType.LargeList or WireType.ListView or WireType.LargeListView
                or WireType.FixedSizeList or WireType.Struct or WireType.Map or WireType.Union or WireType.RunEndEncoded:
                return DecodeNested(type, wire, path, children);
            default:
                throw new IpcException(
                    $"Type is not supported. Field {path}: {wire.ToString().ToLowerInvariant()}.",
                    field.Reader.FilePosition + field.Position)
                {
                    UnsupportedType = wire.ToString().ToLowerInvariant(),
                };
        }
    }

    private static DataType DecodeDecimal(FlatTable type, string path)
    {
        int precision = type.Get(0, 0);
        int scale = type.Get(1, 0);
        int bits = type.Get(2, 128);
        if (scale is < -MaxScale or > MaxScale)
        {
            throw Invalid(type, path, $"decimal of scale {scale}");
        }

        return bits switch
        {
            32 when precision is >= 1 and <= 9 => DataType.Decimal32(precision, scale),
            64 when precision is >= 1 and <= 18 => DataType.Decimal64(precision, scale),
            128 when precision is >= 1 and <= 38 => DataType.Decimal128(precision, scale),
            256 when precision is >= 1 and <= 76 => DataType.Decimal256(precision, scale),
            _ => throw Invalid(type, path, $"decimal({precision}, {scale}) of {bits} bits"),
        };
    }

    private static DataType DecodeTemporal(FlatTable type, WireType wire, string path)
    {
        short unit = type.Get<short>(0, (short)(wire is WireType.Timestamp or WireType.Interval ? 0 : 1));
        if (unit is < 0 or > 3 || (wire == WireType.Date && unit > 1) || (wire == WireType.Interval && unit > 2))
        {
            throw Invalid(type, path, $"{wire} in unit {unit}");
        }

        var timeUnit = (TimeUnit)unit;
        int bits = wire == WireType.Time ? type.Get(1, 32) : 64;
        return wire switch
        {
            WireType.Date => unit == 0 ? DataType.Date32 : new DataType(TypeId.Date64),
            WireType.Timestamp => DataType.Timestamp(timeUnit, type.GetString(1)),
            WireType.Duration => DataType.Duration(timeUnit),
            WireType.Interval => new DataType((TypeId)((int)TypeId.IntervalYearMonth + unit)),
            _ when bits == 32 && timeUnit <= TimeUnit.Millisecond => DataType.Time32(timeUnit),
            _ when bits == 64 && timeUnit >= TimeUnit.Microsecond => DataType.Time64(timeUnit),
            _ => throw Invalid(type, path, $"{wire} of {bits} bits in {timeUnit}"),
        };
    }

    private static DataType DecodeNested(FlatTable type, WireType wire, string path, Field[] children)
    {
        switch (wire)
        {
            case WireType.List:
                return DataType.List(children[0]);
            case WireType.LargeList:
                return DataType.LargeList(children[0]);
            case WireType.ListView:
                return DataType.ListView(children[0]);
            case WireType.LargeListView:
                return DataType.LargeListView(children[0]);
            case WireType.FixedSizeList:
                int size = type.Get(0, 0);
                return size >= 0
                    ? DataType.FixedSizeList(children[0], size)
                    : throw Invalid(type, path, $"fixed-size list of {size} items");
            case WireType.Struct:
                return DataType.Struct(children);
            case WireType.Map:
                return children[0].Type is { Id: TypeId.Struct, Children.Count: 2 }
                    ? new DataType(TypeId.Map) { Children = [children[0]], IsOrdered = type.Get<byte>(0, 0) != 0 }
                    : throw Invalid(type, path, "map whose child is not a struct of two");
            case WireType.Union:
                return DecodeUnion(type, path, children);
            default:
                return children[0].Type.Id is TypeId.Int16 or TypeId.Int32 or TypeId.Int64
                    ? DataType.RunEndEncoded(children[0].Type, children[1]) with
                    {
                        Children = ValueList.Create<Field>(children),
                    }
                    : throw Invalid(type, path, $"run ends of type {children[0].Type}");
        }
    }

    private static DataType DecodeUnion(FlatTable type, string path, Field[] children)
    {
        short mode = type.Get<short>(0, 0);
        if (mode is not (0 or 1) || children.Length > TypeCodes)
        {
            throw Invalid(type, path, $"union of mode {mode} and {children.Length} children");
        }

        var codes = new sbyte[children.Length];
        FlatVector vector = type.GetVector(1, 4);
        bool given = type.Has(1);
        if (given && vector.Count != codes.Length)
        {
            throw Invalid(type, path, $"union of {vector.Count} type codes and {codes.Length} children");
        }

        Span<bool> seen = stackalloc bool[TypeCodes];
        seen.Clear();
        for (int i = 0; i < codes.Length; i++)
        {
            int code = given ? type.Reader.Read<int>(vector.Start + (i * 4)) : i;
            if (code is < 0 or >= TypeCodes || seen[code])
            {
                throw Invalid(type, path, $"union whose type code {code} is impossible or repeats");
            }

            seen[code] = true;
            codes[i] = (sbyte)code;
        }

        return mode == 0 ? DataType.SparseUnion(children, codes) : DataType.DenseUnion(children, codes);
    }

    private static IpcException Invalid(FlatTable table, string path, string what) =>
        table.Reader.Error($"Type does not exist in the format. Field {path}: {what}.", table.Position);
}
